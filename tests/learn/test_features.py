"""The one encoder: what training saw is what serving sees, to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor import learn
from adtailor.errors import InvalidInput
from adtailor.learn.columns import column
from adtailor.learn.features import Encoder, fit_features

FEATURES = learn.Features(
    learn.Id("ad"),
    learn.Category("style"),
    learn.Number("price", buckets=8),
    learn.MultiValue("tags"),
    learn.Sequence("recent", of="ad", longest=3, fade=0.5),
    learn.Vector("topics", dim=3),
    learn.Cross("style", "price"),
)
ids = st.none() | st.integers(-(2**63), 2**63 - 1)
texts = st.none() | st.text(max_size=12)
numbers = st.none() | st.floats(allow_infinity=False, width=32)
row = st.fixed_dictionaries({
    "ad": ids,
    "style": texts,
    "price": numbers,
    "tags": st.none() | st.lists(st.text(max_size=5), max_size=4),
    "recent": st.none() | st.lists(st.integers(0, 2**40), max_size=5),
    "topics": st.none() | st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=3),
})  # fmt: skip


def as_columns(rows):
    return {name: column(name, [one[name] for one in rows]) for name in rows[0]}


SAMPLE = [
    {"ad": n, "style": "abc"[n % 3], "price": n / 7, "tags": ["x"], "recent": [n], "topics": [0.0, 1.0, 2.0]}
    for n in range(40)
]
ENCODER = fit_features(FEATURES, as_columns(SAMPLE))


def entries(batch, n):
    own = slice(batch.starts[n], batch.starts[n + 1])
    return batch.keys[own].tolist(), batch.values[own].tobytes(), batch.fields[own].tolist()


@settings(max_examples=60)
@given(rows=st.lists(row, min_size=1, max_size=6))
def test_a_row_served_alone_has_the_keys_it_had_in_training(rows):
    import msgspec

    from adtailor.learn.features import Fitted

    serving = Encoder(msgspec.json.decode(msgspec.json.encode(ENCODER.fitted), type=Fitted))
    together = ENCODER.encode(as_columns(rows))
    for n, one in enumerate(rows):
        assert entries(serving.encode(as_columns([one])), 0) == entries(together, n)


@settings(max_examples=40)
@given(tags=st.lists(st.text(max_size=4), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_the_order_and_repetition_of_a_set_change_no_bit(tags, seed):
    shuffled = [*tags, tags[0]]
    np.random.default_rng(seed).shuffle(shuffled)
    one, other = ({**SAMPLE[0], "tags": given_tags} for given_tags in (tags, shuffled))
    assert entries(ENCODER.encode(as_columns([one])), 0) == entries(ENCODER.encode(as_columns([other])), 0)


@settings(max_examples=60)
@given(one=st.integers(-(2**63), 2**63 - 1), step=st.sampled_from([1, 2, 2**8, 2**24, 2**32]))
def test_two_ids_never_share_a_key(one, step):
    other = (one + step + 2**63) % 2**64 - 2**63
    keys = ENCODER.encode({"ad": column("ad", [one, other])}, [0]).keys
    assert keys[0] != keys[1]


def test_the_same_value_in_two_fields_has_two_keys_and_a_sequence_shares_its_fields():
    columns = as_columns([{**SAMPLE[0], "ad": 5, "recent": [5]}])
    ad, recent = (ENCODER.encode(columns, [place]).keys for place in (0, 4))
    assert ad.tolist() == recent.tolist()
    both = learn.Features(learn.Id("a"), learn.Id("b"))
    keys = fit_features(both, {"a": column("a", [1]), "b": column("b", [1])}).encode(
        {"a": column("a", [1]), "b": column("b", [1])}
    ).keys  # fmt: skip
    assert keys[0] != keys[1]


def test_a_sequence_keeps_the_newest_and_fades():
    batch = ENCODER.encode(as_columns([{**SAMPLE[0], "recent": [9, 1, 2, 3]}]), [4])
    # 1 is two before the last: .25, .5 and 1 of 1.75; 9 is too old
    assert batch.values.tolist() == pytest.approx([0.25 / 1.75, 0.5 / 1.75, 1 / 1.75])


def test_missing_values_have_a_key_of_their_own():
    none = dict.fromkeys(SAMPLE[0])
    keys = [ENCODER.encode(as_columns([one])).keys.tolist() for one in (none, {**SAMPLE[0]})]
    assert len(keys[0]) == 7
    assert not set(keys[0]) & set(keys[1])
    nan = ENCODER.encode(as_columns([{**none, "price": float("nan")}]))
    assert nan.keys.tolist() == keys[0]


def test_few_distinct_numbers_have_a_bucket_each_and_many_share_by_mass():
    hours = learn.Features(learn.Number("hour", buckets=24))
    encoder = fit_features(hours, {"hour": column("hour", list(range(24)) * 3)})
    keys = encoder.encode({"hour": column("hour", list(range(24)))}).keys
    assert len(set(keys.tolist())) == 24
    many = fit_features(learn.Features(learn.Number("x", buckets=4)), {"x": column("x", np.arange(1000.0))})
    assert [len(set(many.encode({"x": column("x", np.arange(1000.0))}).keys.tolist()))] == [4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ad": "7"}, "'ad' was learned from whole numbers, and holds texts"),
        ({"ad": 7.5}, "'ad' was learned from whole numbers, and holds fractions"),
        ({"price": float("inf")}, "inf in row 0"),
        ({"topics": [1.0, 2.0]}, "2 numbers in row 0"),
        ({"topics": [1.0, float("nan"), 2.0]}, "missing or not finite"),
        ({"ad": 2**65}, "more than 64 bits"),
    ],
)
def test_a_value_that_would_score_wrongly_is_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        ENCODER.encode(as_columns([{**SAMPLE[0], **change}]))


def test_a_feature_renamed_between_training_and_serving_is_refused_by_name():
    renamed = {("advert" if name == "ad" else name): value for name, value in as_columns(SAMPLE).items()}
    with pytest.raises(InvalidInput, match="no column 'ad'"):
        ENCODER.encode(renamed)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((), "no features"),
        ((learn.Id("a"), learn.Category("a")), "declared twice"),
        ((learn.Sequence("recent", of="ad"),), "a sequence of 'ad'"),
    ],
)
def test_declarations_that_say_nothing_sensible_are_refused(fields, message):
    with pytest.raises(InvalidInput, match=message):
        learn.Features(*fields)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: learn.Number("x", buckets=1), "1 buckets"),
        (lambda: learn.Vector("x", dim=0), "a vector of 0"),
        (lambda: learn.Sequence("x", of="y", fade=0.0), "fade 0"),
        (lambda: learn.Sequence("x", of="y", longest=0), "longest sequence of 0"),
        (lambda: learn.Factorization(k=0), "vectors of 0"),
        (lambda: learn.Factorization(vector_rate=0.0), "vector_rate 0"),
        (lambda: learn.Hashed(bits=40), "2.40 rows"),
        (lambda: learn.Exact(admit_after=0), "after 0"),
        (lambda: learn.FieldAware(k=100), "vectors of 100"),
    ],
)
def test_settings_outside_their_range_are_refused(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        (learn.Id("x"), [0.5], "cast it to BIGINT"),
        (learn.Number("x"), ["a"], "declare learn.Category"),
        (learn.Id("x"), [[1]], "wants one value"),
        (learn.MultiValue("x"), [1], "wants a list"),
    ],
)
def test_a_column_of_the_wrong_kind_is_refused_with_the_remedy(field, values, message):
    with pytest.raises(InvalidInput, match=message):
        fit_features(learn.Features(field), {"x": column("x", values)})


NAMES = [
    "stress", "user_stress_7d", "viewerStress", "sadness", "is_sad", "crisis", "crisis_flag", "mood", "declared_mood",
    "anxiety", "anxious", "depression", "distress", "lonely", "grief", "burnout", "worry", "emotion_joy", "affect",
    "negative_valence", "wellbeing_state", "well-being", "mental_health", "suicidal", "panic", "ANGER", "hopelessness",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_t27_no_feature_is_named_for_how_someone_feels(name):
    for field in (learn.Id(name), learn.Number(name), learn.MultiValue(name), learn.Cross("ad", name)):
        with pytest.raises(InvalidInput, match="how someone feels"):
            learn.Features(learn.Id("ad"), field)


@pytest.mark.parametrize("name", ["saddle_size", "crisps", "crypto", "ad_id", "hour", "context_topics", "style"])
def test_words_that_only_look_like_feelings_are_welcome(name):
    assert learn.Features(learn.Category(name)).columns == (name,)


def test_t27_vectors_of_a_persons_own_posts_are_refused_by_source_by_lineage_and_by_name():
    with pytest.raises(InvalidInput, match="own posts"):
        learn.Features(learn.Vector("v", dim=2, source="own_posts"))
    with pytest.raises(InvalidInput, match="own posts"):
        learn.Features(learn.Vector("v", dim=2), lineage={"v": "own_posts"})
    with pytest.raises(InvalidInput, match="own posts"):
        learn.Features(learn.Vector("viewer_embedding", dim=2))
