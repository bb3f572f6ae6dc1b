import os
import subprocess
import sys
import time

import pytest

import adtailor.cli
from adtailor import __version__
from adtailor.cli import VERBS, main
from adtailor.errors import InvalidInput

HEAVY = {"numba", "numpy", "onnxruntime", "tokenizers", "litestar", "granian", "sqlalchemy", "PIL", "msgspec"}


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return left.value.code


def failing_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """The verb `doctor` fails like this."""

    def run() -> None:
        raise error

    monkeypatch.setattr("adtailor.cli.doctor.run", run)


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_says_what_it_does(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(verb, "--help") == 0
    assert f"adtailor {verb}" in capsys.readouterr().out


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--help") == 0
    words = capsys.readouterr().out.split()
    assert {verb.name for verb in VERBS} <= set(words)


def test_help_comes_at_once_for_it_loads_no_engine() -> None:
    code = f"""
import sys
from adtailor.cli import main
try:
    main(["--help"])
except SystemExit:
    print([name for name in {sorted(HEAVY)!r} if name in sys.modules])
"""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    # 0.2 s where nobody else computes; the rest is for a busy machine.
    assert time.monotonic() - started < 1.5


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--version") == 0
    assert capsys.readouterr().out == f"adtailor {__version__}\n"


def test_a_mistyped_verb_is_told_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("docter") == 2
    assert "doctor" in capsys.readouterr().err


def test_what_the_caller_can_mend_is_told_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing_with(monkeypatch, InvalidInput("7 is no name", hint="use letters", field="name"))
    assert exit_code("doctor") == 2
    captured = capsys.readouterr()
    assert captured.err == "error: name: 7 is no name\nhint: use letters\n"
    assert captured.out == ""


def test_a_fault_of_ours_names_its_kind_and_never_quotes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing_with(monkeypatch, ValueError("the words of a post"))
    assert exit_code("doctor") == 1
    error = capsys.readouterr().err
    assert "ValueError" in error
    assert "ADTAILOR_DEBUG=1" in error
    assert "words of a post" not in error
    assert "Traceback" not in error


def test_the_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(monkeypatch, ValueError("x"))
    monkeypatch.setenv("ADTAILOR_DEBUG", "1")
    with pytest.raises(ValueError, match="x"):
        main(["doctor"])


def test_an_interrupt_is_no_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    failing_with(monkeypatch, KeyboardInterrupt())
    assert exit_code("doctor") == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_leaves_early_hears_no_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", "from adtailor.cli import main; main()", "doctor", "--json"],
        stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 1


def test_the_table_of_verbs_has_no_name_twice() -> None:
    names = [verb.name for verb in adtailor.cli.VERBS]
    assert len(names) == len(set(names))
