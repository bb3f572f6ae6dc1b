"""An ad from elsewhere, on somebody's page: whatever is in it, it runs nothing, sends nothing and leads nobody away."""

from playwright.sync_api import Browser, Request

from adtailor.domain.backfill import ForeignAd, OpenPlace
from adtailor.domain.ids import PlacementId
from adtailor.domain.money import Micros
from adtailor.service.openrtb.foreign import framed

HOSTILE = """
<script>top.broken = 1; parent.broken = 1; document.title = 'broken'</script>
<img src=x onerror="top.broken = 2"><svg onload="top.broken = 3"></svg>
<iframe srcdoc="<script>top.broken = 4</script>"></iframe><iframe src="//evil.example/frame"></iframe>
<meta http-equiv="refresh" content="0;url=//evil.example/refresh"><base href="//evil.example/">
<form action="//evil.example/form" id="f"><button id="send">Free</button></form>
<a id="script" href="javascript:top.broken=5;document.body.innerHTML='broken'">x</a>
<a id="away" href="//evil.example/away" target="_top">y</a>
<a id="shop" href="//evil.example/shop">z</a>
<link rel="stylesheet" href="//evil.example/style"><object data="//evil.example/object"></object>
<style>body { background: url(http://evil.example/plain) }</style>
</iframe></body><script>window.broken = 6</script>
"""


def test_t34_an_ad_from_elsewhere_is_inert(chromium: Browser, publisher):
    ad = ForeignAd(
        place=OpenPlace(id=PlacementId("p"), width=300, height=250, floor=Micros(0)),
        markup=HOSTILE,
        price=Micros(1),
        domains=("evil.example",),
        products=(),
        behalf="<script>window.broken = 7</script>",
        payer="'><img src=x onerror=broken=8>",
    )
    publisher.pages["/foreign"] = (
        "text/html",
        f'<!doctype html><title>The news</title><link rel="icon" href="data:,">{framed(ad, base="")}'.encode(),
    )
    context = chromium.new_context()
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))  # noqa: PLW0108  # needs a function
    page.goto(publisher.origin + "/foreign")
    page.wait_for_timeout(500)
    frame = page.frames[1]
    frame.locator("#send").click()
    for link in ("#script", "#away", "#shop"):
        frame.locator(link).click()
    page.wait_for_timeout(500)
    assert page.evaluate("window.broken") is None
    assert page.title() == "The news"
    assert page.url == publisher.origin + "/foreign", "nobody was led away"
    opened = [other for other in context.pages if other is not page]
    assert all(other.evaluate("window.broken") is None for other in opened if other.url == "about:blank")
    left = {one.url for one in asked if "evil.example" in one.url and one.failure != "csp"}
    assert left == {"http://evil.example/shop"}, "a link that was clicked, in a window of its own"
    assert "paid for by '><img src=x onerror=broken=8>" in page.locator("body").inner_text()
    context.close()
