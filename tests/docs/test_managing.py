"""Every example of docs/managing.md, in its order, on one data folder: at the prompt, and over HTTP."""

import re
import shlex
from pathlib import Path
from random import Random

import pytest
from litestar.testing import TestClient

from adtailor.assemble import SystemClock
from adtailor.cli import main
from adtailor.domain.access import Caller
from adtailor.journeys.manage import Manage
from adtailor.journeys.review import Reviews
from adtailor.service.app import build_app
from adtailor.service.doors import Doors
from adtailor.service.guard import Rules
from adtailor.service.wire.sheet import COLUMNS
from adtailor.storage import SqliteStore
from adtailor.testing.toy_house import toy_house

PAGE = (Path(__file__).parent.parent.parent / "docs" / "managing.md").read_text("utf-8")
EXAMPLES = [
    (command, said.strip())
    for block in re.findall(r"```console\n([\s\S]*?)```", PAGE)
    for command, said in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


def told(text: str) -> list[str]:
    """Dates differ, and tokens."""
    plain = re.sub(r"adt_\S+", "adt_...", re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\dZ", "DATE", text))
    return [line.strip() for line in plain.splitlines() if line.strip()]


def test_the_page_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADTAILOR_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    token = ""
    assert len(EXAMPLES) > 15
    for command, said in EXAMPLES:
        words = shlex.split(command.replace("$TOKEN", token).replace("$URL", "http://127.0.0.1"))
        if words[0] == "curl":
            assert asked(tmp_path / "data", words[1:]) == int(said), command
            continue
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main(words[1:])
        printed = capsys.readouterr()
        if printed.out.startswith("adt_"):
            token = printed.out.strip()
        if said:
            assert told(printed.out or printed.err) == told(said), command


def asked(folder: Path, words: list[str]) -> int:
    """What curl would be answered."""
    method, body, headers, url = "GET", None, {}, ""
    given = iter(words)
    for word in given:
        if word == "-X":
            method = next(given)
        elif word == "-d":
            body = next(given)
        elif word == "-H":
            name, _, value = next(given).partition(": ")
            headers[name] = value
        elif word != "-s":
            url = word
    with SqliteStore(folder) as store:

        def find(secret: str) -> Caller | None:
            kept = store.tokens.find(secret)
            return kept.caller if kept is not None else None

        app = build_app(doors_of(store), rules=Rules(find=find))
        with TestClient(app, base_url="http://127.0.0.1") as client:
            return client.request(method, url, content=body, headers=headers).status_code


def doors_of(store: SqliteStore) -> Doors:
    house, manage = toy_house(store), Manage(store.catalogue)
    return Doors(
        read_posts=house.read_posts, posts=store.posts, fill_page=house.fill_page, take_event=house.take_event,
        take_postback=house.take_postback, reports=house.reports, ledger=store.ledger,
        people=house.people, explain=house.explain, catalogue=store.catalogue, manage=manage,
        reviews=Reviews(store.catalogue, manage, media=None), audit=store.audit, clock=SystemClock(), random=Random,
        trials=house.run_trial,
    )  # fmt: skip


def test_the_page_names_every_column() -> None:
    named = re.findall(r"`([a-z_]+)`", PAGE[PAGE.index("| columns | of |") :].split("\n\n")[0])
    assert named == [column.name for column in COLUMNS]
