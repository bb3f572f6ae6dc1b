"""The speeds of adtailor.learn by themselves, in CPU seconds of one thread: medians over rounds.

Run by the command in the environment that holds only what learning needs: python -m benchmarks.learn.micro LOG ROUNDS.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor import learn
from adtailor.learn.columns import column
from benchmarks.learn.logs import Log, log_at
from benchmarks.learn.worlds.criteo import ADVERTISER, CAMPAIGN, IDS, OF_AD, WHOSE

ADS = 20_000


def speeds(log: Log, *, rounds: int) -> list[tuple[str, str, str]]:
    """Figure, measured, goal: on a Criteo-shaped log of 39 fields."""
    table, label = columns(log), log.clicked(0, log.rows)
    features = declared(log)
    events = str(log.folder / "events" / "*.parquet")
    found = training("train LR, 39 fields, encoded rows", learn.Logistic(), "3,000,000 /s", table, label, rounds=rounds)
    found += training(
        "train FM-16, 39 fields, encoded rows", learn.Factorization(), "1,500,000 /s", table, label, rounds=rounds
    )
    found += training("train trees", learn.Trees(), "-", table, label, rounds=1)
    found += training("train DCNv2 on the FM's residual", learn.DeepCross(), "60,000 /s", table, label, rounds=rounds)
    encoder = learn.fit(features, label="clicked", log=table | {"clicked": label}, **QUIETLY).encoder
    given = {name: column(name, values) for name, values in table.items()}
    spent = median(lambda: encoder.encode(given), rounds)
    found.append(("encode 39 fields, columns in memory", f"{log.rows / spent:,.0f} /s", "-"))
    spent = median(lambda: learn.fit(features, label="clicked", log=events, time="time", **QUIETLY), rounds)
    found.append(("Parquet to trained FM-16", f"{log.rows / spent:,.0f} /s", "1,000,000 /s"))
    spent = median(lambda: learn.fit(features, label="clicked", log=events, time="time", **QUIETLY), rounds,
                   clock=time.perf_counter)  # fmt: skip
    found.append(("the same by the clock, on two cores", f"{log.rows / spent:,.0f} /s",
                  "-"))  # fmt: skip
    return found + serving(table, features, label, rounds=rounds)


def training(
    says: str, kind: Any, goal: str, table: dict[str, Any], label: NDArray[np.uint8], *, rounds: int
) -> list[tuple[str, str, str]]:
    """A learner's own pass over rows that are encoded already; a deep one on the first of them."""
    rows = min(len(label), 20_000) if isinstance(kind, learn.DeepCross) else len(label)
    some = {name: values[:rows] for name, values in table.items()} | {"clicked": label[:rows]}
    features = learn.Features(*(learn.Id(name) if name.startswith("c") else learn.Number(name) for name in table))
    model = learn.fit(features, label="clicked", log=some, model=kind, **QUIETLY)
    batch = model.encoder.encode({name: column(name, some[name]) for name in table})
    labels, weights = label[:rows].astype(np.float32), np.ones(rows, dtype=np.float32)
    if isinstance(kind, learn.Trees):  # their pass grows them several times: the whole of it
        spent = median(lambda: learn.fit(features, label="clicked", log=some, model=kind, **QUIETLY), rounds)
        return [(f"{says}, from columns in memory", f"{rows / spent:,.0f} /s", goal)]
    spent = median(lambda: model.learner.learn(batch, labels, weights), rounds)
    return [(says, f"{rows / spent:,.0f} /s", goal)]


def serving(
    table: dict[str, Any], features: learn.Features, label: NDArray[np.uint8], *, rounds: int
) -> list[tuple[str, str, str]]:
    """One request against many ads: the ads' side summed for this request, and summed once before."""
    model = learn.fit(features, label="clicked", log=table | {"clicked": label}, **QUIETLY)
    ours = {name for name, whose in zip(IDS, WHOSE, strict=True) if whose == OF_AD} | {
        IDS[ADVERTISER],
        IDS[CAMPAIGN],
    }
    ads = {name: table[name][:ADS] for name in ours}
    request = {name: values[0] for name, values in table.items() if name not in ours}
    cached = model.ads(ads)
    made = median(lambda: model.ads(ads), rounds)
    met = median(lambda: [cached.logits(request) for _ in range(10)], rounds) / 10
    some = {name: values[:1_000] for name, values in table.items()}
    blend = learn.fit(features, label="clicked", log=table | {"clicked": label}, model=learn.Blend(), **QUIETLY)
    again = median(lambda: blend.score(some), rounds) / 1_000
    return [
        ('re-rank a candidate, model="auto", whole rows', f"{again * 1e9:,.0f} ns", "-"),
        ("score a candidate, FM-16, request shared", f"{(made + met) / ADS * 1e9:,.0f} ns", "300 ns"),
        ("score a candidate, FM-16, ad cached", f"{met / ADS * 1e9:,.1f} ns", "10 ns"),
    ]


QUIETLY: dict[str, Any] = {"hold_out": 0.01, "validation": 0.1, "rounds": 2, "by": (), "baseline": False}


def columns(log: Log) -> dict[str, Any]:
    """The log's columns by name."""
    numbers = np.load(log.folder / "numbers.npy")
    ids = np.load(log.folder / "ids.npy")
    found = {name: np.ascontiguousarray(numbers[:, f]) for f, name in enumerate(log.numbers)}
    return found | {name: np.ascontiguousarray(ids[:, f]) for f, name in enumerate(log.ids)}


def declared(log: Log) -> learn.Features:
    """Ids as they are, numbers in buckets."""
    return learn.Features(*(learn.Id(name) for name in log.ids), *(learn.Number(name) for name in log.numbers))


def median(work: Callable[[], Any], rounds: int, *, clock: Callable[[], float] = time.process_time) -> float:
    """CPU seconds, or those of another clock."""
    work()
    spent: list[float] = []
    for _ in range(rounds):
        began = clock()
        work()
        spent.append(clock() - began)
    return statistics.median(spent)


if __name__ == "__main__":
    [told_folder, told_rounds] = sys.argv[1:]
    print(json.dumps(speeds(log_at(Path(told_folder)), rounds=int(told_rounds))))
