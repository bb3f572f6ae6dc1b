"""A small click log whose truth is known: openly simulated, for examples and tests."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput

SAYS = "Simulated by adtailor.learn.sample_log: no person, no advertiser and no click in it is real."
_REMEMBERED = 5
_STYLES = ("casual", "classic", "elegant", "outdoor", "sporty", "street", "vintage", "work")


def sample_columns(rows: int = 60_000, *, seed: int = 7) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Columns of a simulated log, in order of time, and the true chance of each click.

    The truth: an ad's own pull, its advertiser's, the hour, how near the page's topics are to the ad's, whether the
    styles of page and ad are the same (twice for some), and that an ad seen a moment ago bores.
    """
    random = np.random.default_rng(seed)
    ads, advertisers, viewers, topics = 120, 15, max(50, rows // 30), 64
    kinds = random.normal(size=(12, topics)).astype(np.float32)
    kinds /= np.linalg.norm(kinds, axis=1, keepdims=True)
    ad_kind, ad_style = random.integers(0, 12, ads), random.integers(0, len(_STYLES), ads)
    owner, pull = random.integers(0, advertisers, ads), random.normal(0.0, 0.5, ads)
    good_name = random.normal(0.0, 0.3, advertisers)
    taste, keen = random.integers(0, 12, viewers), random.normal(0.0, 0.5, viewers)
    ad = np.minimum((random.pareto(1.1, rows) * 12).astype(np.int64), ads - 1)
    ad = random.permutation(ads)[ad]
    viewer = np.minimum((random.pareto(1.3, rows) * viewers / 8).astype(np.int64), viewers - 1)
    page = np.where(random.random(rows) < 0.6, taste[viewer], random.integers(0, 12, rows))
    seconds = np.sort(random.integers(0, 14 * 86_400, rows))
    hour = (seconds // 3600) % 24
    style, placement = random.integers(0, len(_STYLES), rows), random.integers(1, 7, rows)
    recent, bored = _recent(viewer, ad)
    vectors = kinds[page] + random.normal(0.0, 0.05, (rows, topics)).astype(np.float32)
    logit = (
        -3.1 + pull[ad] + good_name[owner[ad]] + keen[viewer] + 0.4 * np.sin(2 * np.pi * (hour - 14) / 24)
        + 1.6 * (vectors * kinds[ad_kind[ad]]).sum(axis=1)
        + 0.9 * (style == ad_style[ad]) * (1 + (ad_style[ad] % 2)) - 0.8 * bored - 0.15 * placement
    )  # fmt: skip
    chance = 1.0 / (1.0 + np.exp(-logit))
    clicked = random.random(rows) < chance
    names = np.array(_STYLES)
    columns: dict[str, Any] = {
        "decided_at": np.datetime64("2026-10-01T00:00:00", "us") + seconds.astype("timedelta64[s]"),
        "viewer_id": viewer + 2**33,
        "ad_id": ad + 2**24,  # from here on, numbers of 32-bit fractions would merge with their neighbours
        "advertiser_id": [f"advertiser-{n}" for n in owner[ad]],
        "placement_id": [f"feed-{n}" for n in placement],
        "style": names[style].tolist(),
        "ad_style": names[ad_style[ad]].tolist(),
        "hour": hour,
        "context_topics": vectors,
        "recent_ads": recent,
        "clicked": clicked,
        "converted": clicked & (random.random(rows) < 0.1 + 0.2 * (ad_kind[ad] % 3)),
    }
    return columns, chance


def sample_log(path: str | Path, *, rows: int = 60_000, files: int = 3, seed: int = 7) -> Path:
    """Writes that log as Parquet files into the folder `path`, and says in each that it is simulated."""
    try:
        import duckdb
    except ImportError as missing:
        raise InvalidInput("DuckDB is not installed", hint="pip install 'adtailor[train]'") from missing
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    columns, _ = sample_columns(rows, seed=seed)
    flat: dict[str, NDArray[np.generic]] = {"n": np.arange(rows)}
    chosen: list[str] = []
    for name, values in columns.items():
        if name == "context_topics":
            vectors = np.asarray(values)
            flat |= {f"v{d}": vectors[:, d].copy() for d in range(vectors.shape[1])}
            chosen.append(f"[{', '.join(f'v{d}' for d in range(vectors.shape[1]))}] AS {name}")
        elif name == "recent_ads":
            padded = np.array([[*seen, *[-1] * (_REMEMBERED - len(seen))] for seen in values], dtype=np.int64)
            flat |= {f"r{d}": padded[:, d].copy() for d in range(_REMEMBERED)}
            chosen.append(
                f"list_filter([{', '.join(f'r{d}' for d in range(_REMEMBERED))}], lambda x: x >= 0) AS {name}"
            )
        else:
            flat[name] = np.asarray(values)
            chosen.append(name)
    connection = duckdb.connect()
    with connection:
        connection.execute("SET threads = 1")
        connection.register("simulated", flat)
        for n in range(files):
            target = str(folder / f"part-{n:03}.parquet").replace("'", "''")
            connection.execute(
                f"COPY (SELECT {', '.join(chosen)} FROM simulated WHERE n * {files} // {rows} = {n} ORDER BY n) "  # noqa: S608
                f"TO '{target}' (FORMAT parquet, KV_METADATA {{about: '{SAYS}'}})"
            )
    return folder


def _recent(viewer: NDArray[np.int64], ad: NDArray[np.int64]) -> tuple[list[object], NDArray[np.float64]]:
    last: dict[int, list[int]] = {}
    recent: list[object] = []
    bored = np.zeros(len(ad))
    for n, (who, what) in enumerate(zip(viewer.tolist(), ad.tolist(), strict=True)):
        seen = last.setdefault(who, [])
        recent.append([one + 2**24 for one in seen])
        bored[n] = float(what in seen)
        seen.append(what)
        del seen[:-_REMEMBERED]
    return recent, bored
