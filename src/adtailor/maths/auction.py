r"""What a winner pays: the least it could have bid and still have won, never more than its bid.

With the runner-up's total value $v_{(2)}$ and the winner's quality $q$ in micros per impression, and $e$ the charged
events that one impression is expected to bring (clicks: the click rate; conversions: click rate times conversion rate;
thousands of impressions: 1/1000), bid $b$ and floor $f$ per event:

$$p = \min\left(b, \max\left(f, \left\lceil \frac{v_{(2)} - q}{e} \right\rceil\right)\right)$$

A second price is truthful for one position (Vickrey, 1961). Over several positions of a page this is the generalised
second price (Edelman, Ostrovsky and Schwarz, 2007), which is not: a bidder may gain by bidding less for a lower place.
"""

import math
from fractions import Fraction

from adtailor.errors import InvalidInput


def click_price(runner_up: float, *, quality: float, click_rate: float, bid: int, floor: int) -> int:
    r"""The price of a click, in micros: $\lceil (v_{(2)} - q) / \hat{p} \rceil$ within floor and bid.

    Ties are settled before this, by a hash of request and ad.

    >>> click_price(40_000.0, quality=0.0, click_rate=0.1, bid=900_000, floor=0)
    400000
    >>> click_price(40_000.0, quality=5_000.0, click_rate=0.1, bid=900_000, floor=0)
    350000
    """
    return _price(runner_up, quality, _rate(click_rate, "click_rate"), bid, floor)


def conversion_price(
    runner_up: float, *, quality: float, click_rate: float, conversion_rate: float, bid: int, floor: int
) -> int:
    """The price of a conversion, in micros; `conversion_rate` is per click, and so is `floor`.

    At one conversion in fifty clicks, a floor of 10 000 per click asks 500 000 of a conversion.

    >>> conversion_price(0.0, quality=0.0, click_rate=0.1, conversion_rate=0.02, bid=900_000, floor=10_000)
    500000
    """
    converts = _rate(conversion_rate, "conversion_rate")
    events = _rate(click_rate, "click_rate") * converts
    return _price(runner_up, quality, events, bid, conversion_floor(floor, converts))


def thousand_price(runner_up: float, *, quality: float, bid: int, floor: int) -> int:
    """The price of 1000 impressions, in micros.

    >>> thousand_price(40.5, quality=0.0, bid=90_000, floor=0)
    40500
    """
    # 1000 times rather than divided by 0.001, which no float holds exactly.
    return _price(_finite(runner_up, "runner_up") * 1000, _finite(quality, "quality") * 1000, 1.0, bid, floor)


def conversion_floor(floor: int, conversion_rate: float) -> int:
    """What a floor per click asks of one conversion, rounded up.

    >>> conversion_floor(10_000, 0.02)
    500000
    """
    return math.ceil(floor / conversion_rate)


def floor_of(thousand_floor: int, *, events: float) -> int:
    r"""What a floor for 1000 impressions asks of one event: $\lceil f / (1000 e) \rceil$, exactly.

    At one click in fifty impressions, a floor of 2.00 for a thousand asks 0.10 of a click.

    >>> floor_of(2_000_000, events=0.02)
    100000
    """
    return math.ceil(Fraction(thousand_floor) / (1000 * Fraction(_rate(events, "events"))))


def _price(runner_up: float, quality: float, events: float, bid: int, floor: int) -> int:
    least = (_finite(runner_up, "runner_up") - _finite(quality, "quality")) / events
    if floor < 0 or bid < floor:
        raise InvalidInput(
            f"a bid of {bid} and a floor of {floor}", hint="what bids less than the floor has not won", field="bid"
        )
    return min(bid, max(floor, math.ceil(min(least, bid))))


def _rate(value: float, field: str) -> float:
    if not 0.0 < value <= 1.0:
        raise InvalidInput(f"{value} is no rate", hint="a number above 0, and at most 1", field=field)
    return value


def _finite(value: float, field: str) -> float:
    if not math.isfinite(value):
        raise InvalidInput(f"{value} is no value", hint="a finite number of micros per impression", field=field)
    return value
