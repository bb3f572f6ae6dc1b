"""Folders of proofs lie in memory where there is room, and are gone afterwards."""

from pathlib import Path

import pytest

from adtailor.testing.thrown_away import in_memory, thrown_away


def test_a_folder_is_there_and_then_gone() -> None:
    with thrown_away("adtailor-test-") as folder:
        (folder / "file").write_text("x")
        assert folder.name.startswith("adtailor-test-")
    assert not folder.exists()


def test_it_is_gone_after_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), thrown_away() as folder:
        raise ZeroDivisionError
    assert not folder.exists()


def test_memory_is_used_where_it_is_there_and_has_room(tmp_path: Path) -> None:
    assert in_memory(tmp_path, room=0) == tmp_path
    assert in_memory(tmp_path, room=2**62) is None
    assert in_memory(tmp_path / "nowhere", room=0) is None
