import json
import socket
import time
from random import Random

import pytest

from adtailor.engines.openai_compatible import FAILURES, REST_SECONDS, Limits, OpenAiCompatible
from adtailor.errors import EngineFailed, InvalidInput
from adtailor.ports import Prompt
from adtailor.testing import stand_in_server as server
from adtailor.testing.stand_in_server import Behaviour, StandInServer, answers, says

PROMPT = Prompt(instructions="Be brief.", material='{"post": "secret words"}')
SCHEMA = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}


def engine(base_url: str, *, seconds: float = 5.0, retries: int = 0, **kwargs: object) -> OpenAiCompatible:
    limits = Limits(seconds=seconds, retries=retries)
    return OpenAiCompatible(base_url, "toy", limits=limits, random=Random(7), sleep=lambda _: None, **kwargs)  # pyright: ignore[reportArgumentType]


def ask(one: OpenAiCompatible) -> bytes:
    return one.answer(PROMPT, schema=SCHEMA, most_tokens=20)


def test_it_sends_roles_schema_and_limits_and_takes_the_content() -> None:
    with StandInServer(says('{"ok": true}')) as there:
        assert ask(engine(there.base_url)) == b'{"ok": true}'
        (call,) = there.calls
    assert call.path == "/v1/chat/completions"
    assert [message["role"] for message in call.body["messages"]] == ["system", "user"]
    assert "secret" not in call.body["messages"][0]["content"]
    assert call.body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert (call.body["max_tokens"], call.body["temperature"], call.body["stream"]) == (20, 0.0, False)
    assert "Authorization" not in call.headers


def test_a_key_travels_as_a_bearer_and_is_in_no_error() -> None:
    with StandInServer(answers(401, b"no")) as there:
        with pytest.raises(EngineFailed, match="HTTP 401") as caught:
            ask(engine(there.base_url, key="sk-canary"))
        assert there.calls[0].headers["Authorization"] == "Bearer sk-canary"
    assert "canary" not in str(caught.value)


def test_likelihoods_are_taken_from_the_first_word() -> None:
    likely = [(" Yes", -0.1), ("no", -2.0), ("maybe", -1.0), ("y", -3.0)]
    told = {"content": [{"token": "Yes", "top_logprobs": [{"token": t, "logprob": p} for t, p in likely]}]}
    with StandInServer(says("Yes", finish_reason="length", logprobs=told)) as there:
        weights = engine(there.base_url).weigh(PROMPT, ["yes", "no"])
    assert weights is not None
    # e^-0.1 and e^-3 begin a yes, e^-2 a no: (0.9048 + 0.0498) / (0.9048 + 0.0498 + 0.1353).
    assert weights["yes"] == pytest.approx(0.8758, abs=1e-4)
    assert sum(weights.values()) == pytest.approx(1.0)


def test_a_server_without_likelihoods_tells_none() -> None:
    with StandInServer(says("Yes")) as there:
        assert engine(there.base_url).weigh(PROMPT, ["yes", "no"]) is None


WRONG: dict[str, tuple[Behaviour, str]] = {
    "hangs": (server.hangs, "took too long"),
    "drips": (server.drips, "took too long"),
    "floods": (server.floods, "larger than"),
    "breaks off": (server.breaks_off, "broke off|does not speak HTTP"),
    "streams garbage": (server.no_http, "does not speak HTTP"),
    "fails": (answers(500, b"secret words"), "HTTP 500"),
    "is busy": (answers(503), "HTTP 503"),
    "knows nothing": (answers(404, b"<html>"), "HTTP 404"),
    "says prose": (answers(200, b"Sure! Here is your JSON."), "another shape"),
    "sends no UTF-8": (answers(200, b"\xff\xfe{}"), "another shape"),
    "sends other JSON": (answers(200, b'{"result": [1, 2]}'), "another shape"),
    "sends no choice": (answers(200, b'{"choices": []}'), "another shape"),
    "nests": (answers(200, b"[" * 100_000), "another shape"),
    "says nothing": (answers(200, b""), "another shape"),
    "is cut off": (says('{"ok": tr', finish_reason="length"), "was cut off"),
    "redirects": (answers(302, b"", Location="http://127.0.0.1:9/v1"), "redirect, which is not followed"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_server_that_misbehaves_is_a_clear_failure_in_bounded_time(wrong: str) -> None:
    behaviour, said = WRONG[wrong]
    with StandInServer(behaviour) as there:
        started = time.monotonic()
        with pytest.raises(EngineFailed, match=said) as caught:
            ask(engine(there.base_url, seconds=0.6 if "too long" in said else 10.0))
        assert time.monotonic() - started < 9.0
    assert "secret" not in f"{caught.value}{caught.value.hint}"


def test_nobody_is_called_but_the_configured_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandInServer(says('{"ok": true}')) as elsewhere:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{elsewhere.port}")
        redirects = answers(307, b"", Location=f"{elsewhere.base_url}/chat/completions")
        with StandInServer(redirects) as there, pytest.raises(EngineFailed):
            ask(engine(there.base_url))
        assert len(there.calls) == 1
        assert elsewhere.calls == []


def test_what_may_pass_is_tried_again_with_jitter_and_no_more_than_allowed() -> None:
    pauses: list[float] = []
    with StandInServer(answers(503)) as there:
        one = OpenAiCompatible(
            there.base_url, "toy", limits=Limits(retries=2), random=Random(7), sleep=pauses.append, clock=lambda: 0.0
        )
        with pytest.raises(EngineFailed):
            ask(one)
        assert len(there.calls) == 3
    # 0.2 s and 0.4 s, each times 0.5 to 1.5.
    assert 0.1 <= pauses[0] <= 0.3
    assert 0.2 <= pauses[1] <= 0.6
    with StandInServer(answers(400)) as there:
        with pytest.raises(EngineFailed):
            ask(engine(there.base_url, retries=2))
        assert len(there.calls) == 1


def test_a_dead_server_costs_nothing_after_a_few_failures_and_is_tried_again_later() -> None:
    now = [100.0]
    with StandInServer(answers(500)) as there:
        one = engine(there.base_url, clock=lambda: now[0])
        for _ in range(FAILURES):
            with pytest.raises(EngineFailed, match="HTTP 500"):
                ask(one)
        for _ in range(1000):
            with pytest.raises(EngineFailed, match="left alone"):
                ask(one)
        assert len(there.calls) == FAILURES
        now[0] += REST_SECONDS + 1
        there.behaviour = says('{"ok": true}')
        assert ask(one) == b'{"ok": true}'
        assert ask(one) == b'{"ok": true}'


def test_nobody_listening_is_a_clear_failure() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(EngineFailed, match="cannot be reached"):
        ask(engine(f"http://127.0.0.1:{port}/v1"))


def test_https_with_a_certificate_that_nobody_signed_is_refused(tmp_path) -> None:
    with (
        StandInServer(says('{"ok": true}')) as plain,
        pytest.raises(EngineFailed, match=r"cannot be reached|certificate"),
    ):
        ask(engine(f"https://127.0.0.1:{plain.port}/v1"))
    assert plain.calls == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://127.0.0.1/v1", "no address"),
        ("127.0.0.1:8080", "no address"),
        ("http://127.0.0.1:99999/v1", "cannot be read"),
        ("http://user:pw@127.0.0.1/v1", "name or a password"),
        ("http://127.0.0.1/v1?key=1", "no address"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        engine(url)
    assert "pw" not in str(caught.value)


def test_another_machine_has_to_be_named_and_never_gets_a_key_in_the_clear() -> None:
    with pytest.raises(InvalidInput, match="the posts it reads would leave this one"):
        engine("http://gpu-box:8000/v1")
    with pytest.raises(InvalidInput, match="the posts it reads would leave this one"):
        engine("http://gpu-box:8000/v1", remote_host="other-box")
    assert engine("http://gpu-box:8000/v1", remote_host="gpu-box").target.host == "gpu-box"
    with pytest.raises(InvalidInput, match="in the clear"):
        engine("http://gpu-box:8000/v1", remote_host="gpu-box", key="sk")
    assert engine("https://gpu-box/v1", remote_host="gpu-box", key="sk").target.port == 443


def test_it_lists_what_the_server_offers() -> None:
    with StandInServer(answers(200, json.dumps({"data": [{"id": "toy"}, {"id": "big"}]}).encode())) as there:
        assert engine(there.base_url).models() == ["toy", "big"]
    with StandInServer(answers(200, b"[]")) as there, pytest.raises(EngineFailed, match="lists no models"):
        engine(there.base_url).models()
