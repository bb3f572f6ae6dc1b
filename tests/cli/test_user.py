"""People who may log in, at a prompt: added, given another password, listed, logged out, removed."""

import io
import json
from pathlib import Path

import pytest

from adtailor.cli import main
from adtailor.storage import SqliteStore
from adtailor.storage.passwords import Argon2Passwords

PASSWORD = "nine lives of a grey cat"


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Types a line, with something on standard input; what is printed on both."""
    monkeypatch.setenv("ADTAILOR_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "140")

    def type_(*words: str, given: str = "", code: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words])
        told = capsys.readouterr()
        assert (ended.value.code or 0) == code, told.err
        return told.out + told.err

    return type_


def test_a_user_is_added_listed_given_another_password_and_removed(say, tmp_path: Path) -> None:
    assert "adtailor user add" in say("user", "list")
    say("manage", "add", "organization", "id=acme", "name=Acme")
    assert "ana may log in as owner" in say(
        "user", "add", "ana", "--role", "owner", "--password-stdin", given=f"{PASSWORD}\n"
    )
    say("user", "add", "ben", "--role", "advertiser", "--organization", "acme", "--password-stdin", given=PASSWORD)
    listed = [json.loads(line) for line in say("user", "list", "--json").splitlines()]
    assert [(user["name"], user["role"], user["organization_id"]) for user in listed] == [
        ("ana", "owner", None),
        ("ben", "advertiser", "acme"),
    ]
    with SqliteStore(tmp_path) as store:
        kept = store.logins.find("ana")
        assert kept is not None
        assert Argon2Passwords().matches(kept[1], PASSWORD)
        assert "m=65536,t=3,p=1" in kept[1]
    assert "logged out everywhere" in say(
        "user", "password", "ana", "--password-stdin", given="four seasons in one day"
    )
    assert "0 sessions of ben ended" in say("user", "logout", "ben")
    assert "may not log in any more" in say("user", "remove", "ben")
    assert "ben" not in say("user", "list")
    told = say("audit", "users")
    for word in ("created users ana", "changed users ana", "removed users ben"):
        assert word in told
    assert PASSWORD not in told


def test_what_cannot_be_done_says_what_can(say) -> None:
    owner = ("user", "add", "ana", "--role", "owner")
    assert "--password-stdin" in say(*owner, code=2)
    assert "12 to 256" in say(*owner, "--password-stdin", given="short", code=2)
    assert "guessed first" in say(*owner, "--password-stdin", given="passwordpassword", code=2)
    assert "nobody logs in as" in say(
        "user", "add", "ana", "--role", "site", "--password-stdin", given=PASSWORD, code=2
    )
    wrong = ("user", "add", "ben", "--role", "advertiser", "--password-stdin")
    assert "--organization" in say(*wrong, given=PASSWORD, code=2)
    assert "no organization" in say(*wrong, "--organization", "nobody", given=PASSWORD, code=2)
    assert "no name to log in with" in say(
        "user", "add", "Ana Marlowe", "--role", "owner", "--password-stdin", given=PASSWORD, code=2
    )
    say(*owner, "--password-stdin", given=PASSWORD)
    assert "user password changes theirs" in say(*owner, "--password-stdin", given=PASSWORD, code=2)
    for verb in ("remove", "logout"):
        assert "user list shows them" in say("user", verb, "nobody", code=2)
