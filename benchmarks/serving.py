"""A factorisation machine (k = 16, 39 fields) where it serves: guards the split into request and ads, deltas, swaps."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from adtailor import learn
from adtailor.learn.columns import column
from adtailor.learn.delta import Writer, deltas_of, read_whole

ADS, ASKED, ROUNDS = 10_000, 1_000, 15
OURS = tuple(f"ad_{n}" for n in range(10))
THEIRS = tuple(f"request_{n}" for n in range(29))


def run() -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    random = np.random.default_rng(5)
    model = _model(random)
    ads = _columns(random, OURS, ADS)
    some = {name: values[:ASKED] for name, values in ads.items()}
    request = {name: int(values[0]) for name, values in _columns(random, THEIRS, 1).items()}
    whole = some | {name: np.full(ASKED, value) for name, value in request.items()}
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "live.model", trainable=False)
        served = learn.load(Path(folder) / "live.model")
        cached, few = served.ads(ads), served.ads({name: values[:1] for name, values in ads.items()})
        spent = _side_by_side({
            "cached": lambda: cached.logits(request),
            "one": lambda: few.logits(request),
            "shared": lambda: served.ads(some).logits(request),
            "whole": lambda: served.logits(whole),
        })  # fmt: skip
    each = (spent["cached"] - spent["one"]) / (ADS - 1)
    rows = [
        ("FM-16, 39 fields, summing a request once", f"{spent['one'] * 1e6:.0f} us", "-"),
        ("a candidate beside it, ad cached", f"{each * 1e9:.1f} ns", "10 ns"),
        ("a candidate, both together, 10,000 ads", f"{spent['cached'] / ADS * 1e9:.1f} ns", "-"),
        ("a candidate, request shared, ad not cached, 1,000 ads", f"{spent['shared'] / ASKED * 1e9:.0f} ns", "300 ns"),
        ("a candidate, whole rows, 1,000 ads", f"{spent['whole'] / ASKED * 1e9:.0f} ns", "-"),
    ]
    return rows + _updates(model, random)


def _updates(model: learn.Model, random: np.random.Generator) -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "live.model"
        model.save(path)
        server = learn.Server(path, every=0.0, background=False)
        writer = Writer(path)
        writer.goes_on(read_whole(path))
        wrote: list[float] = []
        swapped: list[float] = []
        for _ in range(5):
            labels = (random.random(128) < 0.1).astype(np.float32)
            columns = _columns(random, OURS + THEIRS, 128)
            read = {name: column(name, values) for name, values in columns.items()}
            model.learner.learn(model.encoder.encode(read), labels, np.ones(128, dtype=np.float32))
            began = time.perf_counter()
            writer.write(model.about, {**model.learner.serving(), **model.learner.training()})
            wrote.append(time.perf_counter() - began)
            began = time.perf_counter()
            serving = server.live.serving
            swapped.append(time.perf_counter() - began)
        size = median(delta.stat().st_size for delta in deltas_of(path))
        entries = len(np.unique(model.encoder.encode(read).keys))
        whole, deltas = path.stat().st_size / 1e6, serving.name.partition("+")[2]
        return [
            (f"an update of {entries:,} rows of a model of {whole:.0f} MB", f"{size / 1e6:.1f} MB", "-"),
            ("the same, written and synced", f"{median(wrote) * 1e3:.0f} ms", "-"),
            (f"the same, read and served (with {deltas} deltas at last)", f"{median(swapped) * 1e3:.0f} ms", "-"),
        ]


def _side_by_side(tried: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Medians of CPU seconds, measured in turn."""
    spent: dict[str, list[float]] = {name: [] for name in tried}
    for n in range(ROUNDS + 2):
        for name, once in tried.items():
            began = time.process_time()
            for _ in range(10):
                once()
            if n >= 2:
                spent[name].append((time.process_time() - began) / 10)
    return {name: median(seconds) for name, seconds in spent.items()}


def _model(random: np.random.Generator) -> learn.Model:
    features = learn.Features(*(learn.Id(name) for name in OURS + THEIRS))
    log = _columns(random, OURS + THEIRS, 20_000)
    log["clicked"] = random.random(20_000) < 0.1
    return learn.fit(features, label="clicked", log=log, model=learn.Factorization(), rounds=2, baseline=False)


def _columns(random: np.random.Generator, names: tuple[str, ...], rows: int) -> dict[str, np.ndarray]:
    """Ids as logs have them: a few that are everywhere, and many that are rare."""
    return {name: (random.pareto(1.0, rows) * 20).astype(np.int64) % 200_000 for name in names}
