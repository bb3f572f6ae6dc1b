"""One process that opens a stored catalogue and decides on it: what it prints is JSON for `growth`."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np

from adtailor.decide.catalogue import build_catalogue
from adtailor.decide.deciding import decide, warm_up
from adtailor.decide.layout import Rules
from adtailor.decide.rank import PriorRanker
from adtailor.domain.ids import TopicId
from adtailor.journeys.shelf import LARGE, Shelf
from adtailor.ports import Ranker
from adtailor.storage import SqliteStore
from benchmarks.decision import asked_of
from benchmarks.http import resident_pages
from benchmarks.stored import TOPICS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULES = Rules(parents={}, adult_products=frozenset())


def latent() -> dict[TopicId, np.ndarray]:
    """A vector for each topic."""
    random = np.random.default_rng(3)
    return {TopicId(topic): random.normal(size=32).astype(np.float32) for topic in TOPICS}


def main(folder: Path, pages: int) -> None:
    """Open, decide on so many pages of three placements, and say what it took."""
    ranker: Ranker = PriorRanker(latent())
    warm_up(ranker)
    with SqliteStore(folder) as store:
        shelf = Shelf(store.catalogue, store.snapshots, rules=RULES)
        began, spent = time.perf_counter(), time.process_time()
        if shelf.holds_many():
            catalogue, ranker = shelf.newest(ranker)
        else:
            catalogue = build_catalogue(
                store.catalogue.inventory(), ranker=ranker, parents={}, adult_products=frozenset()
            )
        took = {"seconds": time.perf_counter() - began, "processor": time.process_time() - spent}
        random, each = Random(7), list[float]()
        asked = [asked_of(random, n, len(catalogue)) for n in range(pages + 20)]
        for request, evidence, limits in asked:
            began = time.process_time()
            decide(
                request,
                evidence,
                limits,
                catalogue=catalogue,
                ranker=ranker,
                policy_name="standard@1",
                now=NOW,
                random=random,
                in_words=False,
            )
            each.append((time.process_time() - began) * 1000)
        p50, p99 = (float(np.percentile(each[20:], q)) for q in (50, 99))
        kind = "laid out" if len(catalogue) >= LARGE else "built of objects"
        print(json.dumps({**took, "p50": p50, "p99": p99, "memory": resident_pages("self"), "kind": kind}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
