"""What one change costs in a catalogue of many ads, and what a token costs a request: `python -m benchmarks.managing`.

Guards that a change writes a few rows, that a reader reads only what changed, and that no list walks the catalogue.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from adtailor.domain.access import AccessToken
from adtailor.domain.audit import Author
from adtailor.domain.buying import Ad
from adtailor.domain.ids import AdId, AdSetId, CreativeId, OrganizationId
from adtailor.storage import SqliteStore
from adtailor.testing import samples

ROUNDS = 50


def main() -> None:
    """Print a line per figure; the number of ads may be given."""
    ads = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    author = Author(by="benchmark", at=samples.NOON)
    with tempfile.TemporaryDirectory() as folder, SqliteStore(Path(folder) / "data") as store:
        one = samples.inventory(samples.campaign("a"))
        many = tuple(
            Ad(id=AdId(f"ad-{n}"), adset_id=AdSetId("a-set"), creative_id=CreativeId("boots-1")) for n in range(ads)
        )
        tell(
            f"the whole catalogue of {ads:,} ads, written",
            timed(lambda: store.catalogue.replace(replace(one, ads=many))),
        )
        tell("the same, read", timed(store.catalogue.inventory))
        change, read, listed = [], [], []
        for n in range(ROUNDS):
            change.append(timed(lambda n=n: paused(store, f"ad-{n * 7}", author)))
            read.append(timed(store.catalogue.inventory))
            listed.append(timed(lambda: store.catalogue.items("ads", parent="a-set", status="active", after=ads // 2)))
        tell("one ad changed, durable, audited", median(change), max(change))
        tell("the catalogue read again after it", median(read), max(read))
        tell("a list of 100 from its middle", median(listed), max(listed))
        token = AccessToken(
            id="t", label="t", role="analyst", organization_id=OrganizationId("acme"), created_at=samples.NOON
        )
        secret = store.tokens.create(token, author)
        found = [timed(lambda: store.tokens.find(secret)) for _ in range(1000)]
        tell("a token looked up", median(found), max(found))


def paused(store: SqliteStore, ad_id: str, author: Author) -> None:
    """One change, as the service makes it."""
    with store.catalogue.changing(author) as change:
        kept = change.item("ads", ad_id)
        assert kept is not None
        assert isinstance(kept.item, Ad)
        change.put("ads", replace(kept.item, status="paused"))


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def tell(what: str, seconds: float, worst: float | None = None) -> None:
    """One line, in milliseconds."""
    print(f"{what:<45} {1000 * seconds:>10.3f} ms" + (f"   worst {1000 * worst:.3f}" if worst is not None else ""))


if __name__ == "__main__":
    main()
