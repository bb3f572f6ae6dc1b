"""Kills processes that take events, and adds up afterwards: none lost, none charged twice, no budget overspent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from adtailor.domain.events import RecordRef
from adtailor.domain.ids import CampaignId, DecisionId
from adtailor.domain.lease import LeaseAsk
from adtailor.domain.money import Micros
from adtailor.storage import SqliteStore
from adtailor.testing import samples
from adtailor.testing.trust.proof import holds

TAKER = Path(__file__).with_name("taker.py")
PRICE, DAILY, LIFETIME = 7, 500, 1_400
LANES = 2
"""So many processes work on one folder at a time, and are killed one by one."""


@dataclass
class Acknowledged:
    """What had returned before the kills."""

    events: dict[int, tuple[RecordRef, int]] = field(default_factory=dict[int, tuple[RecordRef, int]])
    orders: set[int] = field(default_factory=set[int])
    reversed: set[int] = field(default_factory=set[int])

    def hear(self, line: str) -> None:
        """One line of a child."""
        kind, *numbers = line.split()
        number, *rest = map(int, numbers)
        if kind == "event":
            holds(number not in self.events, f"event {number} was acknowledged twice")
            self.events[number] = (RecordRef(segment=rest[0], offset=rest[1]), rest[2])
        else:
            {"order": self.orders, "reversed": self.reversed}[kind].add(number)


def kill_repeatedly(
    folders: Sequence[Path], random: Random, first: int = 0, *, tick: Callable[[], None] = lambda: None
) -> Acknowledged:
    """Kill -9 at a random moment, once in each folder; what the children had acknowledged by then, all in all."""
    acknowledged = Acknowledged()
    with subprocess.Popen(  # noqa: S603  # our own script
        [sys.executable, str(TAKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as taker:
        if taker.stdin is None or taker.stdout is None:  # never: they were asked for
            return acknowledged
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
            tick()
        taker.stdin.close()
    return acknowledged


def kill_in_lanes(folder: Path, kills: int, *, seed: int = 0, tick: Callable[[], None] = lambda: None) -> Acknowledged:
    """Several processes at a time on one folder, each killed and followed by the next."""
    each = max(1, kills // LANES)

    def lane(number: int) -> Acknowledged:
        random = Random(1000 * kills + number + 7_919 * seed)  # noqa: S311  # chance, not secrecy
        return kill_repeatedly([folder] * each, random, number * each, tick=tick)

    with ThreadPoolExecutor(LANES) as pool:
        lanes = pool.map(lane, range(LANES))
        total = Acknowledged()
        for heard in lanes:
            total.events |= heard.events
            total.orders |= heard.orders
            total.reversed |= heard.reversed
    return total


def prepared(folder: Path) -> None:
    """A store with one small budget, for the children to spend."""
    with SqliteStore(folder) as store:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=DAILY, lifetime=LIFETIME, zone="UTC")))


def reconcile(folder: Path, acknowledged: Acknowledged) -> None:
    """Raises Broken where events, charges, reversals, spent tables, budgets and records do not agree."""
    with SqliteStore(folder) as store:
        stored = store.events.events()
        once = [(event.decision_id, event.kind, event.order) for event, _ in stored]
        holds(len(once) == len(set(once)), "an event is stored twice")
        clicks = {event.decision_id: event for event, _ in stored if event.kind == "click"}
        lost = {f"decision-{number}" for number in acknowledged.events} - clicks.keys()
        holds(not lost, lambda: f"{len(lost)} acknowledged events are lost: {sorted(lost)[:3]}")
        orders = {event.order for event, _ in stored if event.kind == "conversion"}
        holds({f"order-{number}" for number in acknowledged.orders} <= orders, "an acknowledged order is lost")
        for number in acknowledged.reversed:
            holds(clicks[DecisionId(f"decision-{number}")].validity == "sivt", "what was given back is charged again")
        for ref, decision in acknowledged.events.values():
            record = store.events.record(ref)
            holds(
                record is not None and record.decision.decision_id == f"decision-{decision}",
                "a decision record did not outlive its process",
            )
        holds(not store.ledger.disagreements(), lambda: f"the ledger disagrees: {store.ledger.disagreements()[:2]}")
        left = _left(store)
        # And it goes on: what is left of the day's budget can be spent, to the micro, and may be leased.
        ask = LeaseAsk(campaign_id=CampaignId("autumn"), least=Micros(left))
        lease = store.events.lease("survivor", [ask], now=samples.NOON + timedelta(hours=9))[0]
        holds(lease.headroom == left, f"{lease.headroom} micros may be leased of the {left} that are left")
        charged = store.events.take(samples.event(10**9, price=left)).charged
        holds(charged == left, f"{charged} micros were charged of the {left} that are left")


def _left(store: SqliteStore) -> int:
    """What of the budgets is left on the first day, after a look at every sum."""
    of_day: dict[str, int] = {}
    for entry in store.ledger.entries():
        holds(entry.amount in {PRICE, -PRICE}, f"an entry of {entry.amount} micros")
        of_day[entry.day] = of_day.get(entry.day, 0) + entry.amount
    life = sum(of_day.values())
    for day, spent in of_day.items():
        at = datetime.fromisoformat(f"{day}T12:00:00Z")
        told = store.events.spent(at).get(CampaignId("autumn"), (0, 0))
        holds(told == ((spent, life) if life else (0, 0)), f"{day} cost {spent} of {life}, and it is told to be {told}")
        holds(spent <= DAILY, f"{day} cost {spent} micros, and its budget is {DAILY}")
    holds(life <= LIFETIME, f"it cost {life} micros in all, and the budget is {LIFETIME}")
    holds(store.describe()["state"] == "whole", f"the store is {store.describe()['state']}")
    return min(DAILY - of_day.get("2026-11-20", 0), LIFETIME - life)
