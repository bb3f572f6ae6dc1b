"""One request and many cached ads score as whole rows do."""

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import InvalidInput


@pytest.fixture(scope="module")
def model():
    features = learn.Features(
        learn.Id("ad_id"),
        learn.Category("advertiser_id"),
        learn.Cross("style", "ad_style"),
        learn.Cross("ad_style", "placement_id"),
        learn.Number("hour", buckets=24),
        learn.Vector("context_topics", dim=64),
        learn.Sequence("recent_ads", of="ad_id"),
    )
    columns, _ = learn.sample_columns(12_000)
    small = learn.Factorization(k=16, table=learn.Hashed(bits=12), vector_rate=0.2)
    return learn.fit(features, label="clicked", log=columns, time="decided_at", model=small, rounds=5)


def test_cached_ads_differ_from_whole_rows_by_less_than_1e_5(model):
    columns, _ = learn.sample_columns(300, seed=3)
    ad_columns = {name: columns[name] for name in ("ad_id", "advertiser_id", "ad_style")}
    cached = model.ads(ad_columns)
    assert set(cached.request_columns) == {"hour", "context_topics", "recent_ads", "style", "placement_id"}
    for n in range(0, 300, 60):
        request = {name: columns[name][n] for name in cached.request_columns}
        whole = {**ad_columns, **{name: [value] * 300 for name, value in request.items()}}
        assert np.abs(cached.logits(request) - model.logits(whole)).max() <= 1e-5
        np.testing.assert_allclose(cached.score(request), model.score(whole), atol=1e-6)


def test_a_request_without_a_column_is_told_which(model):
    cached = model.ads({"ad_id": [1], "advertiser_id": ["a"], "ad_style": ["work"]})
    with pytest.raises(InvalidInput, match="no column 'hour'"):
        cached.logits({"context_topics": None, "recent_ads": None, "style": "work", "placement_id": "feed-1"})
