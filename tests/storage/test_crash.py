"""Killed at any moment, the store goes on where it was: what was acknowledged is there, once, and paid for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from adtailor.domain.events import RecordRef
from adtailor.storage import SqliteStore
from adtailor.testing import samples

TAKER = Path(__file__).with_name("taker.py")
PRICE, DAILY, LIFETIME = 7, 500, 1_400
Acknowledged = dict[int, tuple[RecordRef, int]]


def kill_repeatedly(folders: Sequence[Path], random: Random) -> Acknowledged:
    """Kill -9 at a random moment, once in each folder; what the children had acknowledged by then, all in all."""
    acknowledged: Acknowledged = {}
    with subprocess.Popen(
        [sys.executable, str(TAKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as taker:
        assert taker.stdin is not None
        assert taker.stdout is not None
        for kill, folder in enumerate(folders):
            taker.stdin.write(f"{kill * 100_000} {folder}\n")
            taker.stdin.flush()
            lines = iter(taker.stdout.readline, "")
            # Two of three die a moment after some acknowledgements, the third whenever: while it opens, most likely.
            victim, patience = 0, random.randint(1, 5) if kill % 3 else 0
            said: list[str] = []
            while not victim or len(said) < patience:
                line = next(lines)
                if line.startswith("pid "):
                    victim = int(line.split()[1])
                else:
                    said.append(line)
            time.sleep(random.uniform(0, 0.012 if patience else 0.1))
            os.kill(victim, signal.SIGKILL)
            for line in lines:
                if line == "dead\n":
                    break
                said.append(line)
            for line in said:
                number, segment, offset, decision = map(int, line.split())
                assert number not in acknowledged
                acknowledged[number] = (RecordRef(segment=segment, offset=offset), decision)
        taker.stdin.close()
    return acknowledged


def reconcile(folder: Path, acknowledged: Acknowledged) -> None:
    """Events, charges, spent tables, budgets and records agree."""
    with SqliteStore(folder) as store:
        stored = store.events.events()
        ids = [event.decision_id for event, _ in stored]
        assert len(ids) == len(set(ids)), "each once"
        missing = {f"decision-{number}" for number in acknowledged} - set(ids)
        assert missing == set(), "every event that was acknowledged is there"
        for ref, decision in acknowledged.values():
            record = store.events.record(ref)
            assert record is not None, "a record outlives its process"
            assert record.decision.decision_id == f"decision-{decision}"
        charged = sum(charge for _, charge in stored)
        of_day: dict[str, int] = {}
        for event, charge in stored:
            assert charge in {0, PRICE}
            day = event.at.date().isoformat()
            of_day[day] = of_day.get(day, 0) + charge
        for event, _ in stored:
            today, life = store.events.spent(event.at)[event.campaign_id]
            assert (today, life) == (of_day[event.at.date().isoformat()], charged), "the charges are what is spent"
            assert today <= DAILY
            assert life <= LIFETIME
        assert store.describe()["state"] == "whole"
        # And it goes on: what is left of the day's budget can be spent, to the micro.
        left = min(DAILY - of_day.get("2026-11-20", 0), LIFETIME - charged)
        outcome = store.events.take(samples.event(10**9, price=left))
        assert outcome.charged == left


@pytest.mark.parametrize("kills", [15, pytest.param(300, marks=pytest.mark.slow)])
def test_t35_after_kill_9_every_acknowledged_event_is_there_once_and_the_sums_agree(tmp_path: Path, kills: int) -> None:
    with SqliteStore(tmp_path) as store:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=DAILY, lifetime=LIFETIME, zone="UTC")))
    acknowledged = kill_repeatedly([tmp_path] * kills, Random(kills))
    assert len(acknowledged) > kills, "the children lived long enough to matter"
    reconcile(tmp_path, acknowledged)


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_while_it_opens_for_the_first_time_it_opens_the_next(tmp_path: Path, kills: int) -> None:
    folders = [tmp_path / str(n) for n in range(kills)]
    kill_repeatedly(folders, Random(kills))
    for folder in folders:
        with SqliteStore(folder) as store:
            assert store.posts.add([samples.post()], samples.NOON) == [True]


def test_files_that_were_made_and_never_written_are_as_good_as_none(tmp_path: Path) -> None:
    for name in ("adtailor.sqlite", "keys.sqlite"):
        (tmp_path / name).touch()
    with SqliteStore(tmp_path) as store:
        assert store.posts.add([samples.post()], samples.NOON) == [True]
