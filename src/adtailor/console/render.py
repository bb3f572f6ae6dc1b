"""Templates become HTML; every value is escaped."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response

from adtailor.console import words
from adtailor.domain.money import written

_PAGES = Environment(
    loader=PackageLoader("adtailor.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters.update(
    {
        "ago": words.ago,
        "hue": words.hue,
        "initials": words.initials,
        "percent": words.percent,
        "strongest": words.strongest,
        "money": written,
    }
)
_PAGES.globals.update(SIGNAL_WORDS=words.SIGNAL_WORDS, garments=words.garments, price=words.price)


def page(template: str, status: int = 200, **values: Any) -> Response[str]:
    """A page that is never cached and loads nothing from elsewhere."""
    return Response(
        _PAGES.get_template(template).render(values),
        media_type=MediaType.HTML,
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )
