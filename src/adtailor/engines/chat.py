"""The language that chat engines share: a prompt becomes an OpenAI chat request, and its answer is taken apart."""

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from adtailor.errors import EngineFailed, InvalidInput
from adtailor.ports import Prompt

BAD_ANSWER = "its answer has another shape than a chat completion"
MOST_ALTERNATIVES = 20
"""As many likely words as servers tell: more is an error for vLLM."""
LEAST_MASS = 0.02
"""If all choices together are less likely than this, the model was about to say something else."""
_HINT = "look at the engine's own log; the default reading stands"


class _Alternative(msgspec.Struct):
    token: str
    logprob: float


class _Token(msgspec.Struct):
    token: str
    top_logprobs: Annotated[list[_Alternative], msgspec.Meta(max_length=1000)] = []


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Completion(msgspec.Struct):
    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1, max_length=1)]


def failed(message: str, hint: str = _HINT) -> EngineFailed:
    """The failure of an engine, in words that never quote what it was asked or what it answered."""
    return EngineFailed(message, hint=hint)


def answer_request(
    prompt: Prompt, *, model: str, schema: Mapping[str, object], most_tokens: int, seed: int
) -> dict[str, Any]:
    """A request whose answer is to be JSON of this schema."""
    return {
        **_request(prompt, model=model, most_tokens=most_tokens),
        "temperature": 0.0 if seed == 0 else 0.8,
        "seed": seed,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
        },
    }


def weigh_request(prompt: Prompt, *, model: str, alternatives: int = MOST_ALTERNATIVES) -> dict[str, Any]:
    """A request for the first word alone, and for what else it might have been."""
    return {
        **_request(prompt, model=model, most_tokens=1),
        "temperature": 0.0,
        "logprobs": True,
        "top_logprobs": alternatives,
    }


def content_of(raw: bytes) -> bytes:
    """What the model said; EngineFailed for anything that is no chat completion, or was cut off."""
    choice = _choice(raw)
    if choice.message.content is None:
        raise failed(BAD_ANSWER)
    if choice.finish_reason == "length":
        raise failed("its answer was cut off", hint="raise engine.most_tokens; the default reading stands")
    return choice.message.content.encode("utf-8", "replace")


def weights_of(raw: bytes, choices: Sequence[str]) -> dict[str, float] | None:
    """How likely each choice is, adding up to one; None where the answer does not tell.

    The first token counts for the one choice that begins with it, whatever its case; a choice that is not among the
    alternatives counts for nothing.
    """
    logprobs = _choice(raw).logprobs
    if logprobs is None or not logprobs.content or not logprobs.content[0].top_logprobs:
        return None
    mass = dict.fromkeys(choices, 0.0)
    for alternative in logprobs.content[0].top_logprobs:
        chance = math.exp(min(alternative.logprob, 0.0)) if not math.isnan(alternative.logprob) else 0.0
        if (meant := _meant(alternative.token, choices)) is not None:
            mass[meant] += chance
    total = sum(mass.values())
    return {choice: chance / total for choice, chance in mass.items()} if total >= LEAST_MASS else None


def checked_choices(choices: Sequence[str]) -> None:
    """Raises InvalidInput unless each choice can be told by how it begins."""
    for choice in choices:
        if not choice.strip() or sum(other.casefold().startswith(choice.casefold()) for other in choices) > 1:
            raise InvalidInput(f"{choice!r} begins as another choice does", hint="unlike words", field="choices")


def _meant(token: str, choices: Sequence[str]) -> str | None:
    """The one choice that begins like this; None if it may be several, or none."""
    word = token.strip().strip("\"'*.:()").casefold()
    meant = [choice for choice in choices if choice.casefold().startswith(word)] if word else []
    return meant[0] if len(meant) == 1 else None


def _request(prompt: Prompt, *, model: str, most_tokens: int) -> dict[str, Any]:
    content: object = prompt.material
    if prompt.picture is not None:
        url = "data:image/jpeg;base64," + base64.b64encode(prompt.picture).decode("ascii")
        content = [{"type": "text", "text": prompt.material}, {"type": "image_url", "image_url": {"url": url}}]
    return {
        "model": model,
        "messages": [{"role": "system", "content": prompt.instructions}, {"role": "user", "content": content}],
        "max_tokens": most_tokens,
        "stream": False,
    }


def _choice(raw: bytes) -> _Choice:
    try:
        return msgspec.json.decode(raw, type=_Completion).choices[0]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise failed(BAD_ANSWER) from None
