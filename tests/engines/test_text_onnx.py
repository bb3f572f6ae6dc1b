import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.engines.text_onnx import MODEL, MOST_TOGETHER, WIDTH, OnnxTextEncoder
from adtailor.engines.tokens import MOST_TOKENS
from adtailor.errors import InvalidInput, ModelUnavailable

TEXTS = [
    "a walk by the lake",
    "The quick brown fox jumps over the lazy dog, again and again, until it is tired of jumping over dogs.",
    "ok",
    "",
    "Trains, planes and a very long journey home " * 8,
]


@pytest.fixture(scope="module")
def encoder():
    return OnnxTextEncoder()


def test_vectors_keep_the_order_of_the_texts(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.width) == (len(TEXTS), WIDTH)
    assert vectors.dtype == np.float32
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)


@settings(max_examples=15, deadline=None)
@given(others=st.lists(st.text(max_size=80), max_size=5), place=st.integers(0, 5))
def test_a_vector_has_the_same_bits_whatever_is_read_beside_it(encoder, others, place):
    alone = encoder.encode([TEXTS[1]])[0]
    place = min(place, len(others))
    together = encoder.encode([*others[:place], TEXTS[1], *others[place:]])[place]
    np.testing.assert_array_equal(alone, together)


@pytest.mark.parametrize("many", [1, 2, 3, MOST_TOGETHER, MOST_TOGETHER + 1])
def test_texts_that_run_together_have_the_same_bits_as_alone(encoder, many):
    texts = [f"{word} walk by the lake at noon" for word in ("calm", "cold", "long", "slow", "dull")] * MOST_TOGETHER
    together = encoder.encode(texts[:many])
    for text, vector in zip(texts[:many], together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)


def test_more_threads_give_the_same_bits(encoder):
    np.testing.assert_array_equal(OnnxTextEncoder(threads=2).encode(TEXTS), encoder.encode(TEXTS))


def test_texts_alike_in_meaning_are_near_and_others_are_not(encoder):
    dog, puppy, tax = encoder.encode(
        ["my dog loves the park", "the puppy plays outside", "file your tax return by May"]
    )

    def cosine(a, b):
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    assert cosine(dog, puppy) > cosine(dog, tax) + 0.1


@pytest.mark.parametrize(
    "text",
    ["\ud800 half a pair", "nul \x00 inside", "🎉" * 100_000, "مرحبا بالعالم", "a" * 1_000_000, "\u202eolleh", "\n\t "],
    ids=["surrogate", "nul", "emoji", "right to left", "a million letters", "override", "blank"],
)
def test_any_text_gets_a_vector(encoder, text):
    vectors = encoder.encode([text, "hello"])
    assert np.isfinite(vectors).all()
    np.testing.assert_array_equal(vectors[1], encoder.encode(["hello"])[0])


def test_a_long_text_is_cut_at_the_most_tokens(encoder):
    assert encoder.count_tokens("word " * 5_000) == MOST_TOKENS


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, WIDTH)


def test_missing_files_are_named_with_the_remedy(tmp_path):
    with pytest.raises(ModelUnavailable) as caught:
        OnnxTextEncoder(folder=tmp_path)
    assert MODEL.path in str(caught.value)
    assert "make install" in caught.value.hint


def test_an_unknown_provider_is_named_with_those_that_are_there():
    with pytest.raises(ModelUnavailable, match="CPUExecutionProvider"):
        OnnxTextEncoder(providers=["AbacusExecutionProvider"])


def test_threads_below_one_are_refused():
    with pytest.raises(InvalidInput, match="0 threads"):
        OnnxTextEncoder(threads=0)
