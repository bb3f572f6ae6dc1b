"""Names the two sides that a `Matching` model lets meet."""

from collections.abc import Iterable

from adtailor.errors import InvalidInput
from adtailor.learn.features import Features
from adtailor.learn.models import Matching, Side


def two_sides(features: Features, *, request: Iterable[str], ad: Iterable[str], k: int = 16) -> Matching:
    """A `Matching` model over these features; a field named on neither side has a weight, and meets nothing.

    >>> from adtailor import learn
    >>> features = learn.Features(learn.Id("ad_id"), learn.Category("country"), learn.Category("hour"))
    >>> two_sides(features, request=["country"], ad=["ad_id"]).sides
    ('ad', 'request', 'alone')
    """
    asked, shown = set(request), set(ad)
    names = [field.name for field in features.fields]
    if unknown := sorted((asked | shown) - set(names)):
        raise InvalidInput(f"no field {unknown[0]!r}", hint=f"one of {', '.join(names)}", field=unknown[0])
    if both := sorted(asked & shown):
        raise InvalidInput(f"{both[0]!r} is on both sides", hint="name it on one", field=both[0])
    sides: tuple[Side, ...] = tuple(
        "request" if name in asked else "ad" if name in shown else "alone" for name in names
    )
    return Matching(sides=sides, k=k)
