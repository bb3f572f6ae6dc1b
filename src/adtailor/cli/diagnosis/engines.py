"""The language model, if one is configured: which, whether it can be used, and never its key."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adtailor.cli.diagnosis.finding import Finding, State
from adtailor.config.engine import KEY, Engine
from adtailor.config.settings import data_folder, load_settings
from adtailor.errors import AdtailorError

SECTION = "models"
NAME = "language model"


def engine_findings(chosen: Path | None, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """One for who reads words, one for who reads photos if that is another."""
    try:
        settings = load_settings(data_folder(chosen), environ=environ)
    except AdtailorError:
        return  # said of the settings
    yield _distilled(data_folder(chosen))
    kinds = {settings.models.text_engine, settings.models.look_engine} - {"onnx"}
    if not kinds:
        yield _finding("ok", "none: the embedded models read alone", kind="onnx")
    if "llama_cpp" in kinds:
        yield _in_process(settings.engine)
    if "openai_compatible" in kinds:
        yield _behind_a_server(settings.engine, environ)


def _in_process(engine: Engine) -> Finding:
    try:
        from adtailor.engines.gguf import checked_gguf
        from adtailor.engines.known_gguf import find_gguf
        from adtailor.engines.llama_cpp import needed

        gguf = find_gguf(engine.gguf, sha256=engine.sha256)
        head = checked_gguf(gguf.path, sha256=gguf.sha256)
        needed()
    except AdtailorError as error:
        return _finding("missing", error.message, hint=error.hint, is_required=True, kind="llama_cpp")
    verified = "sha256 verified" if gguf.sha256 else "sha256 not configured, so not verified"
    found = f"llama_cpp, {gguf.path.name} ({head.architecture}), {head.size / 1e6:.1f} MB, {verified}"
    return _finding("ok", found, kind="llama_cpp", path=str(gguf.path), architecture=head.architecture)


def _behind_a_server(engine: Engine, environ: Mapping[str, str]) -> Finding:
    key = environ.get(KEY)
    try:
        from random import Random

        from adtailor.engines.openai_compatible import OpenAiCompatible

        server = OpenAiCompatible(
            engine.base_url,
            engine.model,
            key=key,
            remote_host=engine.remote_host,
            random=Random(0),  # noqa: S311  # chance, not secrecy
        )
    except AdtailorError as error:
        return _finding("missing", error.message, hint=error.hint, is_required=True, kind="openai_compatible")
    where = f"openai_compatible, {engine.model!r} at {server.target}, {'with' if key else 'no'} key"
    place = "on this machine" if server.target.is_loopback else "on another machine: posts are sent there"
    told: dict[str, Any] = {
        "base_url": str(server.target),
        "model": engine.model,
        "is_loopback": server.target.is_loopback,
    }
    try:
        offered = server.models()
    except AdtailorError as error:
        found = f"{where}, not reachable: {error.message}; the default readings stand meanwhile"
        return _finding("missing", found, hint=error.hint, kind="openai_compatible", reachable=False, **told)
    if engine.model not in offered:
        hint = f"set engine.model to one it offers: {', '.join(offered[:5]) or 'none'}"
        return _finding(
            "missing", f"{where}, reachable, but it offers no such model", hint=hint, kind="openai_compatible",
            reachable=True, **told,
        )  # fmt: skip
    return _finding("ok", f"{where}, reachable, {place}", kind="openai_compatible", reachable=True, **told)


def _distilled(data: Path) -> Finding:
    """Heads that learned on this installation's posts; whether they fit is known when they are loaded."""
    from adtailor.understand.distil.kept import KeptHeads

    try:
        heads = KeptHeads(data).current()
    except AdtailorError as error:
        return Finding(section=SECTION, name="distilled models", state="damaged", found=error.message, hint=error.hint)
    found = (
        "none" if heads is None else f"{heads.version} for {', '.join(sorted(heads.heads))}, taught by {heads.teacher}"
    )
    return Finding(section=SECTION, name="distilled models", state="ok", found=found, is_required=False)


def _finding(
    state: State, found: str, *, hint: str | None = None, is_required: bool = False, **details: object
) -> Finding:
    return Finding(
        section=SECTION, name=NAME, state=state, found=found, hint=hint, is_required=is_required, details=details
    )
