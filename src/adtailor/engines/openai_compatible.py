"""A chat model behind an OpenAI-compatible server, as vLLM, Ollama or llama-server, on this machine or a named one."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import msgspec

from adtailor.engines.breaker import Breaker
from adtailor.engines.chat import answer_request, checked_choices, content_of, failed, weigh_request, weights_of
from adtailor.engines.http_post import PostFailed, Target, get, post_json, target_of
from adtailor.errors import EngineFailed, InvalidInput
from adtailor.ports import Prompt

FAILURES = 3
REST_SECONDS = 30.0
CONNECT_SECONDS = 2.0
FIRST_PAUSE = 0.2
"""Seconds before the first retry; each further one waits twice as long, give or take a half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how often a server is asked."""

    seconds: float = 30.0
    """For one call, from connecting to the last byte."""
    retries: int = 1
    """After an answer that may pass: refused, broken off, 429, 5xx. A call that took too long is not repeated."""
    at_once: int = 4


class OpenAiCompatible:
    """Port `LanguageModel` over HTTP. Safe to share between threads.

    A server that fails a few times in a row is left alone for half a minute: until then every call fails at once, so
    that a dead server costs a batch nothing.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str | None = None,
        remote_host: str | None = None,
        limits: Limits = Limits(),
        random: Random,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing is sent yet. InvalidInput if the server is on another machine and `remote_host` does not name it."""
        self.target = reachable_target(base_url, remote_host=remote_host, has_key=key is not None)
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._limits = limits
        self._random = random
        self._clock = clock
        self._sleep = sleep
        self._breaker = Breaker(failures=FAILURES, rest_seconds=REST_SECONDS, clock=clock)

    @property
    def name(self) -> str:
        """The model as the server calls it; of which version only the server knows."""
        return f"{self._model}@openai-compatible"

    @property
    def at_once(self) -> int:
        """As many as were allowed."""
        return self._limits.at_once

    def answer(self, prompt: Prompt, *, schema: Mapping[str, object], most_tokens: int, seed: int = 0) -> bytes:
        """What it says to the prompt; see `ports.LanguageModel`."""
        body = answer_request(prompt, model=self._model, schema=schema, most_tokens=most_tokens, seed=seed)
        return content_of(self._posted(body))

    def weigh(self, prompt: Prompt, choices: Sequence[str]) -> Mapping[str, float] | None:
        """How likely each choice is as the next word; see `ports.LanguageModel`."""
        checked_choices(choices)
        return weights_of(self._posted(weigh_request(prompt, model=self._model)), choices)

    def models(self, *, seconds: float = CONNECT_SECONDS) -> list[str]:
        """What the server offers; EngineFailed if it does not answer."""
        try:
            raw = get(self.target, "/models", headers=self._headers, seconds=seconds)
            return [str(one["id"]) for one in msgspec.json.decode(raw)["data"]][:100]
        except PostFailed as error:
            raise failed(error.kind, hint=f"start the server at {self.target}, or set engine.base_url") from None
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, RecursionError):
            raise failed("it lists no models", hint="engine.base_url ends in /v1 for most servers") from None

    def close(self) -> None:
        """Nothing is held between calls."""

    def _posted(self, body: object) -> bytes:
        if not self._breaker.may_try():
            raise failed("it is left alone for a while, having failed too often")
        for attempt in range(self._limits.retries + 1):
            try:
                raw = post_json(
                    self.target,
                    "/chat/completions",
                    body,
                    headers=self._headers,
                    connect_seconds=CONNECT_SECONDS,
                    total_seconds=self._limits.seconds,
                    clock=self._clock,
                )
            except PostFailed as error:
                if not error.is_passing or attempt == self._limits.retries:
                    self._breaker.failed()
                    raise self._told(error) from None
                self._sleep(FIRST_PAUSE * 2**attempt * (0.5 + self._random.random()))
            else:
                self._breaker.succeeded()
                return raw
        raise AssertionError("the last attempt returns or raises")

    def _told(self, error: PostFailed) -> EngineFailed:
        return failed(error.kind, hint=f"look at the server at {self.target}; the default reading stands")


def reachable_target(base_url: str, *, remote_host: str | None, has_key: bool) -> Target:
    """The parts of the address, if posts may be sent there; InvalidInput names what is missing."""
    target = target_of(base_url)
    if target.is_loopback:
        return target
    if remote_host != target.host:
        raise InvalidInput(
            f"the engine is on another machine, {target.host}: the posts it reads would leave this one",
            hint=f"if that is what you want, name it: engine.remote_host = {target.host!r}",
            field="engine.base_url",
        )
    if has_key and target.scheme != "https":
        raise InvalidInput(
            f"the key of the engine would travel to {target.host} in the clear",
            hint="use https, or leave ADTAILOR_ENGINE_KEY unset",
            field="engine.base_url",
        )
    return target
