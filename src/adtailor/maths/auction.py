r"""What a winner pays: the least it could have bid and still have won, never more than its bid.

An ad's total value $v$ (micros per impression) is its bid $b$ times the charged events that an impression is expected
to bring (clicks: the click rate; conversions: click rate times conversion rate; thousands of impressions: 1/1000), plus
a quality that is a share of the same. So it grows in proportion to the bid, and one micro of it is worth $v / b$. With
the runner-up's total value $v_{(2)}$ and a floor $f$ per event, the least bid that still wins, and so the price, is

$$p = \min\left(b, \max\left(f, \left\lceil b\, \frac{v_{(2)}}{v} \right\rceil\right)\right)$$

It does not depend on the winner's own bid, since $v / b$ does not. For one position it is truthful (Vickrey, 1961).
Over several positions of a page this is the generalised second price (Edelman, Ostrovsky and Schwarz, 2007), which is
not: a bidder may gain by bidding less for a lower place. VCG is, with the externality $x$ that `assignment` finds:

$$p = \min\left(b, f + \left\lceil b\, \frac{x}{v} \right\rceil\right)$$
"""

import math
from fractions import Fraction

from adtailor.errors import InvalidInput


def winning_price(runner_up: float, *, value: float, bid: int, floor: int) -> int:
    r"""The price of an event, in micros: $\lceil b\, v_{(2)} / v \rceil$ within floor and bid.

    Ties are settled before this, by a hash of request and ad. A bid of 900 000 that is worth 90 000 beats 40 000:

    >>> winning_price(40_000.0, value=90_000.0, bid=900_000, floor=0)
    400000
    """
    return min(bid, max(floor, _bid_worth(runner_up, "runner_up", value=value, bid=bid, floor=floor)))


def vcg_price(externality: float, *, value: float, bid: int, floor: int) -> int:
    """The price of an event, in micros, of which `value` is what the place brings at the bid.

    >>> vcg_price(14.0, value=30.0, bid=3_000_000, floor=0)
    1400000
    """
    return min(bid, floor + _bid_worth(externality, "externality", value=value, bid=bid, floor=floor))


def conversion_floor(floor: int, conversion_rate: float) -> int:
    """What a floor per click asks of one conversion, rounded up.

    >>> conversion_floor(10_000, 0.02)
    500000
    """
    if not 0.0 < conversion_rate <= 1.0:
        raise InvalidInput(
            f"{conversion_rate} is no rate", hint="a number above 0, and at most 1", field="conversion_rate"
        )
    return math.ceil(floor / conversion_rate)


def floor_of(thousand_floor: int, *, events: float) -> int:
    r"""What a floor for 1000 impressions asks of one event: $\lceil f / (1000 e) \rceil$, exactly.

    At one click in fifty impressions, a floor of 2.00 for a thousand asks 0.10 of a click.

    >>> floor_of(2_000_000, events=0.02)
    100000
    """
    if not 0.0 < events <= 1.0:
        raise InvalidInput(f"{events} is no rate", hint="a number above 0, and at most 1", field="events")
    return math.ceil(Fraction(thousand_floor) / (1000 * Fraction(events)))


def _bid_worth(worth: float, field: str, *, value: float, bid: int, floor: int) -> int:
    """The bid that is worth so much where `bid` is worth `value`, rounded up."""
    if not math.isfinite(worth):
        raise InvalidInput(f"{worth} is no value", hint="a finite number of micros per impression", field=field)
    if not 0.0 < value < math.inf:
        raise InvalidInput(f"{value} is no value that wins", hint="a finite number above 0", field="value")
    if floor < 0 or bid < floor:
        raise InvalidInput(
            f"a bid of {bid} and a floor of {floor}", hint="what bids less than the floor has not won", field="bid"
        )
    return math.ceil(bid * min(1.0, worth / value))
