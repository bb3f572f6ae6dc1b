"""What is served is what was learned: rows replayed from a log have the same features, bit for bit, one by one."""

import numpy as np
import pytest

from adtailor import learn
from adtailor.learn.columns import column

FEATURES = learn.Features(
    learn.Id("ad_id"),
    learn.Id("viewer_id"),
    learn.Category("advertiser_id"),
    learn.Id("placement_id"),
    learn.Cross("style", "ad_style"),
    learn.Cross("hour", "placement_id"),
    learn.Number("hour", buckets=24),
    learn.Vector("context_topics", dim=64),
    learn.Sequence("recent_ads", of="ad_id"),
)
MODEL = learn.Factorization(k=8, table=learn.Hashed(bits=16))
MOST = 64
"""Rows in a request."""


def rows_of(files, columns):
    """The rows of Parquet files as Python values, as a request brings them."""
    import duckdb

    connection = duckdb.connect()
    with connection:
        found = connection.execute(f"SELECT {', '.join(columns)} FROM read_parquet('{files}')")
        while some := found.fetchmany(4_096):
            yield from some


@pytest.mark.parametrize("logs", [(20_000,), pytest.param((50_000,) * 20, marks=pytest.mark.slow)])
def test_every_feature_bit_is_equal_and_logits_differ_by_at_most_1e_5(logs, tmp_path):
    first = learn.sample_log(tmp_path / "log", rows=6_000, files=1)
    learned = learn.fit(FEATURES, label="clicked", log=f"{first}/*.parquet", time="decided_at", model=MODEL, rounds=2,
                        baseline=False)  # fmt: skip
    learned.save(tmp_path / "live.model")
    served = learn.Server(tmp_path / "live.model").model
    columns = FEATURES.columns
    random = np.random.default_rng(1)
    most, replayed, calibrated = 0.0, 0, 0
    for seed, rows in enumerate(logs):
        files = learn.sample_log(tmp_path / f"log-{seed}", rows=rows, files=1, seed=seed)
        stream = rows_of(f"{files}/part-000.parquet", columns)
        for block in learn.open_log(f"{files}/*.parquet").blocks(columns):
            trained = learned.encoder.encode(block)
            logits = learned.learner.score(trained)
            at = 0
            while at < len(trained):
                count = min(int(random.integers(1, MOST)), len(trained) - at)
                asked = [next(stream) for _ in range(count)]
                request = {name: [row[n] for row in asked] for n, name in enumerate(columns)}
                read = {name: column(name, values) for name, values in request.items()}
                ours, theirs = served.encoder.encode(read), trained.part(at, at + count)
                for part in ("starts", "keys", "fields"):
                    assert np.array_equal(getattr(ours, part), getattr(theirs, part)), part
                assert np.array_equal(ours.values.view(np.uint32), theirs.values.view(np.uint32))
                most = max(most, float(np.abs(served.learner.score(ours) - logits[at : at + count]).max()))
                if at == 0:
                    assert np.array_equal(served.score(request), learned.score(request))
                    calibrated += count
                at += count
            replayed += at
    assert replayed == sum(logs)
    assert calibrated > 0
    assert most <= 1e-5


def test_cached_ads_and_shared_requests_differ_from_training_by_at_most_1e_5(tmp_path):
    log = learn.sample_log(tmp_path / "log", rows=6_000, files=1)
    learned = learn.fit(FEATURES, label="clicked", log=f"{log}/*.parquet", time="decided_at", model=MODEL, rounds=2,
                        baseline=False)  # fmt: skip
    learned.save(tmp_path / "live.model")
    names = ("ad_id", "advertiser_id", "ad_style")
    columns = FEATURES.columns
    asked = [row for _, row in zip(range(200), rows_of(f"{log}/part-000.parquet", columns), strict=False)]
    ads = {name: [row[columns.index(name)] for row in asked] for name in names}
    server = learn.Server(tmp_path / "live.model", ads=ads)
    kept = server.live.serving.ads
    for n in range(0, 200, 25):
        request = {name: asked[n][columns.index(name)] for name in kept.request_columns}
        block = next(iter(learn.open_log(f"{log}/*.parquet").blocks(columns, n)))
        trained = learned.learner.score(learned.encoder.encode({name: c.part(0, 1) for name, c in block.items()}))
        assert abs(kept.logits(request)[n] - trained[0]) <= 1e-5
