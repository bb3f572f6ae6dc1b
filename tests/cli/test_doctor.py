import json
from pathlib import Path

import pytest
import typer

from adtailor import __version__
from adtailor.cli.diagnosis import Finding, diagnose, models, packages
from adtailor.cli.doctor import conclusion, run


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    return {finding.name: finding for finding in diagnose(tmp_path_factory.mktemp("data"))}


def test_this_installation_is_whole(findings: dict[str, Finding]) -> None:
    assert [finding for finding in findings.values() if finding.is_fatal] == []
    assert conclusion(list(findings.values())).startswith("Everything adtailor needs is here.")


def test_each_model_is_named_with_version_licence_source_and_checked_bytes(findings: dict[str, Finding]) -> None:
    encoder = findings["adtailor-student-int8@3"]
    assert encoder.details["licence"] == "Apache-2.0"
    assert "all-MiniLM-L6-v2" in encoder.details["source"]
    assert encoder.details["verified"]
    assert sum(file["bytes"] for file in encoder.details["files"]) > 20_000_000
    trained = [finding for finding in findings.values() if finding.section == "models" and "heads" in finding.name]
    assert len(trained) == 2
    assert all(finding.details["card"] for finding in trained)


def test_packages_machine_and_data_are_there_too(findings: dict[str, Finding]) -> None:
    assert findings["adtailor"].found == __version__
    assert {"Python", "processors", "kernel cache", "Chromium", "folder", "free disk", "settings"} <= findings.keys()
    assert findings["numpy"].state == "ok"
    assert not findings["duckdb (train)"].is_required


def test_a_model_with_a_flipped_bit_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "text"
    folder.mkdir()
    (folder / "heads.npz").write_bytes(b"weights")
    # sha256 of nothing, so the file cannot be the expected one.
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "files": {"heads.npz": nothing, "b": nothing}}))
    monkeypatch.setattr(models, "_package_folder", lambda package: tmp_path)
    found = {finding.name: finding for finding in models.model_findings()}
    assert found["text-heads@1"].state == "damaged"
    assert "heads.npz" in found["text-heads@1"].found
    assert found["look heads"].state == "missing"
    assert found["adtailor-student-int8@3"].state == "missing"
    assert all(finding.is_fatal and finding.hint for finding in found.values())
    (folder / "manifest.json").write_text("[]")
    assert next(one for one in models.model_findings() if one.name == "text heads").state == "damaged"


def test_a_missing_package_is_fatal_unless_it_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["no-such-package-of-ours>=2", "numpy>=99", "another-one>=1; extra == 'train'"]
    monkeypatch.setattr(packages.metadata, "requires", lambda name: wanted)
    base, old, extra = packages.package_findings()
    assert (base.state, base.is_fatal, base.hint) == ("missing", True, "make install")
    assert (old.state, old.is_fatal) == ("damaged", True)
    assert (extra.state, extra.is_fatal) == ("missing", False)
    assert extra.hint == "python -m pip install 'another-one>=1'"


def test_a_damaged_database_is_named_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "adtailor.sqlite"
    database.write_bytes(b"not a database")
    with pytest.raises(typer.Exit) as left:
        run(json=True, data=tmp_path)
    assert left.value.exit_code == 2
    document = json.loads(capsys.readouterr().out)
    assert document["ready"] is False
    (found,) = [finding for finding in document["findings"] if finding["name"] == "database"]
    assert found["state"] == "damaged"
    assert found["hint"]
    assert database.read_bytes() == b"not a database"


def test_wrong_settings_are_damage(tmp_path: Path) -> None:
    (tmp_path / "adtailor.toml").write_text("[models]\nthreds = 2\n")
    found = {finding.name: finding for finding in diagnose(tmp_path)}
    assert found["settings"].state == "damaged"
    assert "threds" in found["settings"].found


def test_the_table_fits_a_narrow_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    run(json=False, data=tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= 60
    assert any("sha256" in line for line in lines)
