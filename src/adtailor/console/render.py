"""Templates become HTML; every value is escaped."""

from collections.abc import Callable
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response

from adtailor.console import words
from adtailor.console.forms import with_tokens
from adtailor.domain.money import about, written

_FILTERS: dict[str, Callable[..., Any]] = {
    "about": about,
    "ago": words.ago,
    "hue": words.hue,
    "initials": words.initials,
    "money": written,
    "percent": words.percent,
    "strongest": words.strongest,
}
_WORDS: dict[str, Any] = {
    "SIGNAL_WORDS": words.SIGNAL_WORDS,
    "feelings": words.feelings,
    "garment_notes": words.garment_notes,
    "garments": words.garments,
    "price": words.price,
}


def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("adtailor.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast("dict[str, Any]", pages.filters).update(_FILTERS)
    cast("dict[str, Any]", pages.globals).update(_WORDS)
    return pages


_PAGES = _environment()


CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline: what an advertiser wrote cannot run here."""


def page(template: str, status: int = 200, **values: Any) -> Response[str]:
    """A page that is never cached and loads nothing from elsewhere."""
    return Response(
        with_tokens(_PAGES.get_template(template).render(values)),
        media_type=MediaType.HTML,
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": CONTENT_POLICY,
            # Stricter, browsers would post our own forms with `Origin: null`, as another site's page does.
            "Referrer-Policy": "same-origin",
        },
    )
