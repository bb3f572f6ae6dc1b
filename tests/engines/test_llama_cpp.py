import json
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.error import HTTPError

import pytest

from adtailor.engines import llama_cpp
from adtailor.engines.known_gguf import SMOLLM2, find_gguf
from adtailor.engines.llama_cpp import LlamaCpp
from adtailor.engines.openai_compatible import OpenAiCompatible
from adtailor.errors import EngineFailed, InvalidInput, ModelUnavailable
from adtailor.ports import Prompt
from adtailor.understand.asked.answers import answer_type, decoded, schema_of
from adtailor.understand.asked.questions import SENTIMENT

pytestmark = pytest.mark.llm

PROMPT = Prompt(instructions="Say how the post sounds.", material='{"post": "What a lovely day!"}')
SENTIMENT_PROMPT = Prompt(instructions=SENTIMENT.instructions, material=PROMPT.material)
KIND = answer_type(["sentiment"])


def _threads() -> int:
    return sum(1 for _ in Path("/proc/self/task").iterdir())


@pytest.fixture(scope="module")
def smollm2() -> Iterator[LlamaCpp]:
    found = find_gguf(SMOLLM2, sha256=None)
    model = LlamaCpp(found.path, sha256=found.sha256, context=1024)
    assert not model.is_loaded
    yield model
    model.close()


def test_a_real_model_answers_within_the_schema(smollm2: LlamaCpp) -> None:
    raw = smollm2.answer(PROMPT, schema=schema_of(KIND), most_tokens=60)
    assert set(decoded(raw, KIND)) == {"sentiment"}
    assert smollm2.name == "SmolLM2-135M-Instruct.Q4_1@llama.cpp"
    assert smollm2.answer(PROMPT, schema=schema_of(KIND), most_tokens=60) == raw


def test_a_real_model_tells_how_likely_its_words_are(smollm2: LlamaCpp) -> None:
    weights = smollm2.weigh(SENTIMENT_PROMPT, SENTIMENT.choices)
    assert weights is not None
    assert sum(weights.values()) == pytest.approx(1.0)
    assert min(weights.values()) >= 0.0


def test_an_answer_longer_than_allowed_is_a_failure_and_not_half_an_answer(smollm2: LlamaCpp) -> None:
    with pytest.raises(EngineFailed, match="cut off"):
        smollm2.answer(PROMPT, schema=schema_of(KIND), most_tokens=3)


def test_a_prompt_longer_than_the_context_is_a_failure_and_the_next_one_works(smollm2: LlamaCpp) -> None:
    long = Prompt(instructions=PROMPT.instructions, material="lovely " * 3000)
    with pytest.raises(EngineFailed):
        smollm2.answer(long, schema=schema_of(KIND), most_tokens=60)
    assert smollm2.answer(PROMPT, schema=schema_of(KIND), most_tokens=60)


def test_pictures_are_refused(smollm2: LlamaCpp) -> None:
    with pytest.raises(EngineFailed, match="sees no pictures"):
        smollm2.answer(Prompt(instructions="", material="", picture=b"x"), schema={}, most_tokens=5)


def test_closing_gives_the_model_back_and_it_may_be_used_again(smollm2: LlamaCpp) -> None:
    smollm2.weigh(PROMPT, ["yes", "no"])
    loaded = _threads()
    smollm2.close()
    assert not smollm2.is_loaded
    assert _threads() < loaded
    assert smollm2.answer(PROMPT, schema=schema_of(KIND), most_tokens=60)


def test_the_port_that_the_library_opens_takes_no_call(smollm2: LlamaCpp) -> None:
    smollm2.weigh(PROMPT, ["yes", "no"])
    address = smollm2._server.listening_address
    assert address.startswith("http://127.0.0.1:")
    request = urllib.request.Request(
        f"{address}/v1/chat/completions", data=json.dumps({"messages": []}).encode(), method="POST"
    )
    for call in (request, f"{address}/slots"):
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(call, timeout=5)
        assert refused.value.code in {401, 404, 501}
        refused.value.close()


def test_weights_that_do_not_load_are_named_once_and_then_fail_at_once(tmp_path: Path, monkeypatch) -> None:
    loads: list[int] = []

    class Library:
        class CommonParams:
            def __getattr__(self, name: str) -> "Library.CommonParams":
                inner = Library.CommonParams()
                object.__setattr__(self, name, inner)
                return inner

        def Server(self, params: object) -> object:  # noqa: N802  # the library's name
            loads.append(1)
            raise RuntimeError("weights are not what they seem")

    monkeypatch.setattr(llama_cpp, "needed", Library)
    model = LlamaCpp(find_gguf(SMOLLM2, sha256=None).path)
    for _ in range(3):
        with pytest.raises(ModelUnavailable, match="cannot load"):
            model.weigh(PROMPT, ["yes", "no"])
    assert loads == [1]


@pytest.mark.parametrize(("threads", "context"), [(0, 512), (1, 16), (1, 10**7), (10**4, 512)])
def test_threads_and_context_are_bounded(threads: int, context: int) -> None:
    with pytest.raises(InvalidInput):
        LlamaCpp(find_gguf(SMOLLM2, sha256=None).path, threads=threads, context=context)


def test_several_threads_may_share_it(smollm2: LlamaCpp) -> None:
    told: list[bytes] = []
    work = [
        threading.Thread(target=lambda: told.append(smollm2.answer(PROMPT, schema=schema_of(KIND), most_tokens=60)))
        for _ in range(2)
    ]
    for one in work:
        one.start()
    for one in work:
        one.join()
    assert len(told) == 2
    assert len(set(told)) == 1


def test_a_real_server_over_http_gives_the_same_kind_of_answer() -> None:
    """llama.cpp's own OpenAI-compatible server, started here on a free port."""
    library = llama_cpp.needed()
    params = library.CommonParams()
    params.model.path = str(find_gguf(SMOLLM2, sha256=None).path)
    params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 1024, 1, False, -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.api_keys = ["sk-of-the-test"]
    running = library.Server(params)
    try:
        base = f"{running.listening_address}/v1"
        engine = OpenAiCompatible(base, "smollm2", key="sk-of-the-test", random=Random(7))
        assert decoded(engine.answer(PROMPT, schema=schema_of(KIND), most_tokens=60), KIND)
        weights = engine.weigh(SENTIMENT_PROMPT, SENTIMENT.choices)
        assert weights is not None
        assert sum(weights.values()) == pytest.approx(1.0)
        assert len(engine.models()) == 1
        with pytest.raises(EngineFailed, match="HTTP 401"):
            OpenAiCompatible(base, "smollm2", random=Random(7)).answer(PROMPT, schema=schema_of(KIND), most_tokens=60)
    finally:
        del running
