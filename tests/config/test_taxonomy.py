"""The transcribed taxonomies are whole: every parent exists, and no line runs in a circle."""

import csv
import os
from pathlib import Path

import pytest

from adtailor.config.taxonomy import Taxonomy, ad_products, content_topics

BOTH = [(ad_products(), 583), (content_topics(), 704)]


@pytest.mark.parametrize(("taxonomy", "size"), BOTH, ids=["ad products", "content topics"])
def test_every_parent_is_in_the_table(taxonomy: Taxonomy, size: int) -> None:
    assert len(taxonomy.names) == size
    assert set(taxonomy.parents.values()) <= set(taxonomy.names)
    assert all(taxonomy.line(key)[-1] not in taxonomy.parents for key in taxonomy.names)


def test_descendants_of_a_leaf_are_the_leaf() -> None:
    assert ad_products().with_descendants(["1366"]) == {"1366": "Sports Betting"}
    assert ad_products().with_descendants([]) == {}


@pytest.mark.data
@pytest.mark.parametrize(
    ("taxonomy", "file", "head"),
    [(ad_products(), "Ad Product Taxonomy 2.0.tsv", 1), (content_topics(), "Content Taxonomy 3.1.tsv", 2)],
)
def test_the_transcription_equals_the_published_table(taxonomy: Taxonomy, file: str, head: int) -> None:
    folder = os.environ.get("ADTAILOR_TEST_DATA")
    if not folder:
        pytest.skip("set ADTAILOR_TEST_DATA")
    with (Path(folder) / "iab" / file).open(encoding="utf-8", newline="") as table:
        rows = [row for row in list(csv.reader(table, delimiter="\t"))[head:] if row and row[0].strip()]
    assert dict(taxonomy.names) == {row[0].strip(): row[2].strip() for row in rows}
    assert dict(taxonomy.parents) == {
        row[0].strip(): row[1].strip() for row in rows if row[1].strip() not in {"", row[0].strip()}
    }
