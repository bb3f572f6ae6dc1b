"""What a lease comes to as time goes by, for any store."""

from dataclasses import dataclass

from adtailor.domain.lease import HALF_LIVES, Lease, LeaseAsk, Promised
from adtailor.domain.money import Micros
from adtailor.domain.trial import Account
from adtailor.maths.leasing import headroom, still_expected

_HALVES = tuple(life.total_seconds() for life in HALF_LIVES.values())
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRow:
    """What one holder has of one campaign; times in microseconds."""

    headroom: int
    expires_at: int
    as_of: int
    promised: Promised
    account: Account | None = None

    def comes_to(self, now: int) -> float:
        """The headroom until it lapses, and what is still expected."""
        age = (now - self.as_of) / _SECOND
        expected = sum(still_expected(amount, age, half) for amount, half in zip(self.promised, _HALVES, strict=True))
        return expected + (self.headroom if self.expires_at > now else 0)


def granted(ask: LeaseAsk, *, left: int, others: float) -> Lease:
    """What one process may promise of what a budget has left, beside what others hold and expect."""
    return Lease(
        headroom=Micros(headroom(left, promised=sum(ask.promised), others=others, least=ask.least)), left=Micros(left)
    )
