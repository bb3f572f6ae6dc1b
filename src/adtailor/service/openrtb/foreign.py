"""Somebody else's ad, made inert: in a frame without scripts, forms or an origin, under a line that says what it is."""

from html import escape

from adtailor.domain.backfill import ForeignAd
from adtailor.service.openrtb.markup import LINE, SMALL, WHY
from adtailor.service.wire.decisions import LABEL

POLICY = "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; font-src https:; form-action 'none'"
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
"""Links open in a window of their own. No scripts, no forms, no origin, and the page itself cannot be led away."""
FOOT = LINE + 5


def framed(ad: ForeignAd, *, base: str) -> str:
    """The markup that is handed out: the ad as text of a sandboxed frame, and who pays for it below."""
    inside = (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{POLICY}"><base target="_blank">'
        f'<meta name="referrer" content="no-referrer"><body style="margin:0">{ad.markup}'
    )
    names = f"{ad.behalf} - paid for by {ad.payer}"
    return (
        f'<div style="box-sizing:border-box;width:{ad.width}px;height:{ad.height}px;overflow:hidden;background:#fff">'
        f'<iframe sandbox="{SANDBOX}" referrerpolicy="no-referrer" scrolling="no" title="{LABEL}"'
        f' width="{ad.width}" height="{ad.height - FOOT}" style="display:block;border:0"'
        f' srcdoc="{escape(inside)}"></iframe>'
        f'<div style="height:{FOOT}px;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;'
        f'font:{SMALL}px/{FOOT}px system-ui,sans-serif;color:#444">'
        f'<b>{LABEL}</b> <a href="{escape(base)}/openrtb2/elsewhere" target="_blank" rel="noopener"'
        f' style="color:#444">{WHY}</a> {escape(names)}</div></div>'
    )
