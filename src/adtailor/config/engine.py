"""What an operator can set of the language model that may read posts, teach and draft."""

import re
from typing import Literal

import msgspec

from adtailor.errors import InvalidInput

KEY = "ADTAILOR_ENGINE_KEY"
"""The key of a server of models: from the environment alone, so that no file holds it."""


class Engine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The language model: in process from a GGUF file, or behind an OpenAI-compatible server."""

    gguf: str = "smollm2"
    """A path, or the short name of a model that comes in a package."""
    sha256: str | None = None
    """What the file must have; known for a short name."""
    threads: int = 1
    context: int = 4096
    base_url: str = "http://127.0.0.1:8080/v1"
    model: str = "default"
    """What the server calls it."""
    remote_host: str | None = None
    """The one other machine that posts may be sent to for reading."""
    timeout_seconds: float = 30.0
    retries: int = 1
    concurrency: int = 4
    most_tokens: int = 300
    method: Literal["json", "words"] = "json"
    """One request per post, or one per value, whose likelihood counts."""
    parts: tuple[str, ...] = ("sentiment", "emotions", "stress", "crisis", "tone", "suitability")
    languages: tuple[str, ...] = ("en",)
    """In which somebody measured it; posts in others keep their default reading."""


def check_engine(engine: Engine) -> None:
    """Raises InvalidInput that names the first setting out of range."""
    for name, least, most in (
        ("threads", 1, 256),
        ("context", 256, 32_768),
        ("timeout_seconds", 0.1, 600.0),
        ("retries", 0, 5),
        ("concurrency", 1, 64),
        ("most_tokens", 16, 4096),
    ):
        if not least <= (value := getattr(engine, name)) <= most:
            raise InvalidInput(f"{value} is out of range", hint=f"{least} to {most}", field=f"engine.{name}")
    known = Engine().parts
    for part in engine.parts:
        if part not in known:
            raise InvalidInput(f"{part!r} is no part to ask for", hint=f"of {', '.join(known)}", field="engine.parts")
    if engine.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", engine.sha256):
        raise InvalidInput("no sha256", hint="64 hexadecimal digits, in lower case", field="engine.sha256")
