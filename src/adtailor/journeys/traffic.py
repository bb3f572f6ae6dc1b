"""Which events are worth money: not those of programs, of networks without people, or of sudden crowds in one network.

How often one viewer comes is counted by the store. Of an address nothing is kept but counts of the running minute, and
hashes under a key of the day.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from adtailor.domain.events import EventKind, Validity
from adtailor.domain.ids import CampaignId, PersonId
from adtailor.domain.traffic import Limits
from adtailor.measure.traffic import NEARBY, Address, Networks, is_bot
from adtailor.ports import EventStore

VIEWER_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Where an event comes from, as far as the server can tell."""

    user_agent: str | None = None
    address: Address | None = None
    """None where a proxy hides it."""


NOBODY = Sender()


class Traffic:
    """Judges events as they come in. Threads may share it; the counts of networks are this process' own."""

    def __init__(self, events: EventStore, *, limits: Limits = Limits(), machines: Networks = Networks(())) -> None:  # noqa: B008 - never changed
        self._events = events
        self._limits = limits
        self._machines = machines
        self._lock = threading.Lock()
        self._minute = 0
        self._crowds: Counter[tuple[tuple[int, int], CampaignId, EventKind]] = Counter()

    def judge(self, sender: Sender, kind: EventKind, campaign: CampaignId, now: datetime) -> Validity:
        """`givt` for what says or is known to be a machine, `sivt` for what one network causes too much of."""
        if is_bot(sender.user_agent):
            return "givt"
        if sender.address is None or sender.address in NEARBY:
            return "valid"
        if sender.address in self._machines:
            return "givt"
        most = self._limits.burst(kind)
        if most is None:
            return "valid"
        minute, network = int(now.timestamp()) // 60, (sender.address.version, sender.address.network)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._crowds.clear()
            self._crowds[network, campaign, kind] += 1
            return "valid" if self._crowds[network, campaign, kind] <= most else "sivt"

    def viewer(self, person_id: PersonId | None, sender: Sender, now: datetime) -> bytes | None:
        """What tells one viewer from another today; None where nothing does, and nothing can be counted."""
        if person_id is not None:
            told = f"person {person_id}"
        elif sender.address is not None and sender.address not in NEARBY:
            told = f"device {sender.address.number} {sender.user_agent}"
        else:
            return None
        return blake2b(told.encode(), key=self._events.viewer_key(now), digest_size=VIEWER_BYTES).digest()
