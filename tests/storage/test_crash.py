"""Killed at any moment, the store goes on where it was: what was acknowledged is there, once, and paid for."""

from pathlib import Path
from random import Random

import pytest

from adtailor.storage import SqliteStore
from adtailor.testing import samples
from adtailor.testing.trust.crash import kill_in_lanes, kill_repeatedly, prepared, reconcile


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("kills", [16, pytest.param(1_000, marks=pytest.mark.slow)])
def test_t35_after_kill_9_every_acknowledged_change_is_there_once_and_the_sums_agree(
    tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path)
    acknowledged = kill_in_lanes(tmp_path, kills)
    assert len(acknowledged.events) > kills, "the children lived long enough to matter"
    reconcile(tmp_path, acknowledged)
    with capsys.disabled():
        if kills >= 1_000:
            print(  # noqa: T201 - the figure
                f"\n{kills:,} kills, {len(acknowledged.events):,} events, {len(acknowledged.orders):,} orders and "
                f"{len(acknowledged.reversed):,} reversals acknowledged: 0 lost, 0 doubled, 0 micros overspent"
            )


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_while_it_opens_for_the_first_time_it_opens_the_next(tmp_path: Path, kills: int) -> None:
    folders = [tmp_path / str(n) for n in range(kills)]
    kill_repeatedly(folders, Random(kills))
    for folder in folders:
        with SqliteStore(folder) as store:
            assert store.posts.add([samples.post()], samples.NOON) == [True]


def test_files_that_were_made_and_never_written_are_as_good_as_none(tmp_path: Path) -> None:
    for name in ("adtailor.sqlite", "keys.sqlite"):
        (tmp_path / name).touch()
    with SqliteStore(tmp_path) as store:
        assert store.posts.add([samples.post()], samples.NOON) == [True]
