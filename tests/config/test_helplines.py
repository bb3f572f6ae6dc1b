"""The table of helplines: a source for each, nothing verified as shipped, and always the directory."""

from datetime import date
from pathlib import Path

import pytest

from adtailor.config.helplines import load_helplines
from adtailor.errors import InvalidInput

DIRECTORY = '[[helpline]]\ncountry = "*"\nname = "All"\nurl = "https://example.org"\nsource = "https://example.org"\n'


def line(**changed: str | None) -> str:
    fields = {"country": "DE", "name": "Someone", "phone": "1", "source": "https://example.org"} | changed
    return "[[helpline]]\n" + "".join(f'{key} = "{value}"\n' for key, value in fields.items() if value is not None)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "helplines.toml"
    file.write_text(text, "utf-8")
    return file


def test_t25_every_line_ships_with_a_source_and_unverified() -> None:
    lines = load_helplines()
    assert {"DE", "AT", "CH", "US", "GB", "ES", "FR", "*"} <= {line.country for line in lines}
    for one in lines:
        assert one.source.startswith("https://")
        assert one.verified_at is None


def test_an_operator_verifies_a_line_with_a_date(tmp_path: Path) -> None:
    own = DIRECTORY + line() + "verified_at = 2026-11-20\n"
    assert load_helplines(written(tmp_path, own))[1].verified_at == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (line(), "helpline.country"),
        (DIRECTORY + line(source=None), "helpline[1]"),
        (DIRECTORY + line(colour="red"), "helpline[1]"),
        (DIRECTORY + line(country="Germany"), "helpline.country"),
        (DIRECTORY + line(country="de"), "helpline.country"),
        (DIRECTORY + line(phone=None), "helpline.phone"),
        (DIRECTORY + line(source="a friend"), "helpline.source"),
        (DIRECTORY + line(url="http://example.org"), "helpline.url"),
        (line(country="*", phone="1"), "helpline.country"),
        ("", "helpline"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_helplines(written(tmp_path, text))
    assert refused.value.field == field
    assert refused.value.hint


def test_a_file_that_is_no_toml_or_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not TOML"):
        load_helplines(written(tmp_path, "[[helpline]\n"))
    with pytest.raises(InvalidInput, match="FileNotFoundError"):
        load_helplines(tmp_path / "nowhere.toml")
