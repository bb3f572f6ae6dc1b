"""adtailor decide: answer one request, as the API would."""

import sys
from pathlib import Path
from random import Random, SystemRandom
from typing import Annotated

import typer
from rich.console import Console

from adtailor import assemble
from adtailor.cli.decision_table import Names, print_decision
from adtailor.config.settings import data_folder, load_settings
from adtailor.errors import InvalidInput
from adtailor.service.wire import decision_to_wire, decode_request, encode, faces

MOST_BYTES = 1_000_000


def run(
    request: Annotated[str, typer.Argument(help="A file with a request as the API takes it, or - for standard input.")],
    data: Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your user data.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as the API answers it.")] = False,
    seed: Annotated[int | None, typer.Option(help="Where chance begins; left out, it is drawn anew.")] = None,
) -> None:
    """Decide which ads stand on one page, and say why."""
    asked = decode_request(_read(request))
    folder = data_folder(data)
    engine = assemble.open_engine(folder, load_settings(folder))
    try:
        now = engine.clock.now()
        random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - chance of an auction, not a secret
        page = engine.fill_page.fill(asked, now=now, random=random, in_words=not as_json)
        inventory = engine.store.catalogue.inventory()
    finally:
        engine.close()
    if as_json:
        print(
            encode(
                decision_to_wire(page.decision, ads=faces(inventory), claims=page.tokens, creatives=page.creatives)
            ).decode()
        )
        return
    print_decision(Console(), page.decision, Names.of(inventory, engine.settings.currency))


def _read(request: str) -> bytes:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if request == "-" else Path(request).read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"{request} cannot be read: {error.strerror}", hint="name a JSON file, or - for standard input"
        ) from None
    if len(raw) > MOST_BYTES:
        raise InvalidInput(f"{request} is larger than a megabyte", hint="a request is a few kilobytes at most")
    return raw
