"""Money is a whole number of micros, never a float."""

from decimal import Decimal, InvalidOperation
from typing import NewType

from adtailor.errors import InvalidInput

Micros = NewType("Micros", int)
"""One millionth of the account currency: 2_500_000 is 2.50."""


def micros(amount: str) -> Micros:
    """An amount written in the account currency, as micros.

    >>> micros("2.50")
    2500000
    """
    try:
        exact = Decimal(amount) * 1_000_000
    except InvalidOperation:
        raise InvalidInput(f"{amount!r} is no amount", hint="write it as 2.50") from None
    if not exact.is_finite() or exact != exact.to_integral_value() or exact < 0:
        raise InvalidInput(f"{amount!r} is no amount", hint="0 or more, with at most six decimals")
    return Micros(int(exact))


def about(micros: float) -> str:
    """An estimate of money, as `written` writes it, to a hundredth of a cent; `?` where it has no bound.

    >>> about(1_234_567.8), about(-1_500_000.0), about(float("inf"))
    ('1.2346', '-1.50', '?')
    """
    if abs(micros) == float("inf"):
        return "?"
    rounded = 100 * round(micros / 100)
    return f"{'-' if rounded < 0 else ''}{written(Micros(abs(rounded)))}"


def written(amount: Micros) -> str:
    """Micros as an amount with at least two decimals.

    >>> written(Micros(412_000))
    '0.412'
    >>> written(Micros(2_500_000))
    '2.50'
    """
    whole, rest = divmod(amount, 1_000_000)
    return f"{whole}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"
