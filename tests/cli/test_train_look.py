"""`adtailor train look` says what it lacks, before it spends minutes."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from adtailor.cli import train_look
from adtailor.errors import InvalidInput


def test_a_folder_without_photos_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(train_look.run)

    result = CliRunner().invoke(app, ["--data", str(tmp_path), "--out", str(tmp_path / "out")])

    assert isinstance(result.exception, InvalidInput)
    assert str(tmp_path / "clothing" / "dev_224px.parquet") in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_without_data_the_option_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADTAILOR_TEST_DATA", raising=False)
    app = typer.Typer()
    app.command()(train_look.run)

    result = CliRunner().invoke(app, [])

    assert result.exit_code == 2
    assert "--data" in result.output
