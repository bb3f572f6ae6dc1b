"""Killed at any moment, the store goes on where it was: what was acknowledged is there, once, and paid for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from adtailor.domain.events import RecordRef
from adtailor.domain.ids import CampaignId, DecisionId
from adtailor.domain.lease import LeaseAsk
from adtailor.domain.money import Micros
from adtailor.storage import SqliteStore
from adtailor.testing import samples

TAKER = Path(__file__).with_name("taker.py")
PRICE, DAILY, LIFETIME = 7, 500, 1_400
LANES = 2
"""So many processes work on one folder at a time, and are killed one by one."""


@dataclass
class Acknowledged:
    """What had returned before the kills."""

    events: dict[int, tuple[RecordRef, int]] = field(default_factory=dict)
    orders: set[int] = field(default_factory=set)
    reversed: set[int] = field(default_factory=set)

    def hear(self, line: str) -> None:
        kind, *numbers = line.split()
        number, *rest = map(int, numbers)
        if kind == "event":
            assert number not in self.events
            self.events[number] = (RecordRef(segment=rest[0], offset=rest[1]), rest[2])
        else:
            {"order": self.orders, "reversed": self.reversed}[kind].add(number)


def kill_repeatedly(folders: Sequence[Path], random: Random, first: int = 0) -> Acknowledged:
    """Kill -9 at a random moment, once in each folder; what the children had acknowledged by then, all in all."""
    acknowledged = Acknowledged()
    with subprocess.Popen(
        [sys.executable, str(TAKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as taker:
        assert taker.stdin is not None
        assert taker.stdout is not None
        for kill, folder in enumerate(folders, start=first):
            taker.stdin.write(f"{kill * 30_003} {folder}\n")
            taker.stdin.flush()
            lines = iter(taker.stdout.readline, "")
            # Two of three die a moment after some acknowledgements, the third whenever: while it opens, most likely.
            victim, patience = 0, random.randint(1, 9) if kill % 3 else 0
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
                acknowledged.hear(line)
        taker.stdin.close()
    return acknowledged


def reconcile(folder: Path, acknowledged: Acknowledged) -> None:
    """Events, charges, reversals, spent tables, budgets and records agree."""
    with SqliteStore(folder) as store:
        stored = store.events.events()
        once = [(event.decision_id, event.kind, event.order) for event, _ in stored]
        assert len(once) == len(set(once)), "each once"
        clicks = {event.decision_id: event for event, _ in stored if event.kind == "click"}
        assert {f"decision-{number}" for number in acknowledged.events} <= clicks.keys(), "none is lost"
        orders = {event.order for event, _ in stored if event.kind == "conversion"}
        assert {f"order-{number}" for number in acknowledged.orders} <= orders
        for number in acknowledged.reversed:
            assert clicks[DecisionId(f"decision-{number}")].validity == "sivt", "what was given back stays so"
        for ref, decision in acknowledged.events.values():
            record = store.events.record(ref)
            assert record is not None, "a record outlives its process"
            assert record.decision.decision_id == f"decision-{decision}"
        assert store.ledger.disagreements() == []
        of_day: dict[str, int] = {}
        for entry in store.ledger.entries():
            assert entry.amount in {PRICE, -PRICE}
            of_day[entry.day] = of_day.get(entry.day, 0) + entry.amount
        life = sum(of_day.values())
        for day, spent in of_day.items():
            at = datetime.fromisoformat(f"{day}T12:00:00Z")
            assert store.events.spent(at).get(CampaignId("autumn"), (0, 0)) == ((spent, life) if life else (0, 0))
            assert spent <= DAILY
        assert life <= LIFETIME
        assert store.describe()["state"] == "whole"
        # And it goes on: what is left of the day's budget can be spent, to the micro, and may be leased.
        left = min(DAILY - of_day.get("2026-11-20", 0), LIFETIME - life)
        ask = LeaseAsk(campaign_id=CampaignId("autumn"), least=Micros(left))
        assert store.events.lease("survivor", [ask], now=samples.NOON + timedelta(hours=9))[0].headroom == left
        assert store.events.take(samples.event(10**9, price=left)).charged == left


def kill_in_lanes(folder: Path, kills: int) -> Acknowledged:
    """Several processes at a time on one folder, each killed and followed by the next."""
    each = kills // LANES
    with ThreadPoolExecutor(LANES) as pool:
        lanes = pool.map(
            lambda lane: kill_repeatedly([folder] * each, Random(1000 * kills + lane), lane * each), range(LANES)
        )
        total = Acknowledged()
        for lane in lanes:
            total.events |= lane.events
            total.orders |= lane.orders
            total.reversed |= lane.reversed
    return total


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("kills", [16, pytest.param(1_000, marks=pytest.mark.slow)])
def test_t35_after_kill_9_every_acknowledged_change_is_there_once_and_the_sums_agree(
    tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with SqliteStore(tmp_path) as store:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=DAILY, lifetime=LIFETIME, zone="UTC")))
    acknowledged = kill_in_lanes(tmp_path, kills)
    assert len(acknowledged.events) > kills, "the children lived long enough to matter"
    reconcile(tmp_path, acknowledged)
    with capsys.disabled():
        if kills >= 1_000:
            print(  # noqa: T201 - the figure
                f"\n{kills:,} kills, {len(acknowledged.events):,} events, {len(acknowledged.orders):,} orders and "
                f"{len(acknowledged.reversed):,} reversals acknowledged: 0 lost, 0 doubled, 0 micros overspent"
            )


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
