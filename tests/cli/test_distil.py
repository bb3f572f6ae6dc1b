"""The verb as a user types it, with real readers and a teacher that is openly a stand-in, or SmolLM2."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adtailor.cli import distil
from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.testing.stand_in_server import Call, StandInServer
from adtailor.understand.distil.heads import DistilledHead, DistilledHeads
from adtailor.understand.distil.kept import KeptHeads

SUBJECTS = ("the ferry", "my bicycle", "the library", "our garden", "the bakery", "this film", "the bus", "her song")
GOOD = ("made my whole week", "was a joy to see", "is the best thing in town")
BAD = ("ruined my whole week", "was a misery to see", "is the worst thing in town")


def said(n: int) -> tuple[str, str]:
    """A post and how it sounds."""
    good = n % 2 == 0
    return f"{SUBJECTS[n % 8]} {(GOOD if good else BAD)[n % 3]}, again, number {n}", "positive" if good else "negative"


def posts_file(folder: Path, count: int) -> Path:
    path = folder / "posts.jsonl"
    lines = [
        {"id": f"p{n}", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": said(n)[0], "language": "en"}
        for n in range(count)
    ]
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


def labels_of(call: Call) -> None:
    """Answers as a large model might: from words that it knows."""
    text = call.body["messages"][1]["content"]
    good = any(words in text for words in GOOD)
    schema = call.body["response_format"]["json_schema"]["schema"]["properties"]
    values: dict[str, Any] = {
        "sentiment": {"label": "positive" if good else "negative", "valence": 90 if good else -90},
        "emotions": [{"name": "joy" if good else "annoyance", "probability": 80}],
        "stress": {"probability": 10, "severity": 0},
        "tone": {"sarcastic": 1, "playful": 50},
    }
    content = json.dumps({part: values[part] for part in schema})
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    call.send(200, json.dumps({"choices": [choice]}).encode())


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ADTAILOR_ENGINE")]:
        monkeypatch.delenv(name)


def test_a_teacher_labels_a_file_and_without_people_nothing_is_promoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    with StandInServer(labels_of) as there:
        monkeypatch.setenv("ADTAILOR_ENGINE_BASE_URL", there.base_url)
        distil.run(
            teacher="openai_compatible", posts=posts_file(tmp_path, 30), own=True, limit=24, data=tmp_path / "data"
        )
        assert len(there.calls) == 24
    out = capsys.readouterr()
    assert "default@openai-compatible labelled 24 posts" in out.out
    assert "not judged, so not promoted" in out.out
    assert "Nothing was promoted" in out.out
    assert "s a post, the loading included: about" in out.err
    assert KeptHeads(tmp_path / "data").current() is None
    assert list((tmp_path / "data" / "distil").iterdir()) == []


def test_posts_of_people_who_agreed_to_nothing_are_not_labelled_for_feelings_or_stress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn")
    with StandInServer(labels_of) as there:
        monkeypatch.setenv("ADTAILOR_ENGINE_BASE_URL", there.base_url)
        # Nobody knows how old ana is: nothing of hers is labelled.
        with pytest.raises(InvalidInput, match="no posts to learn from"):
            distil.run(teacher="openai_compatible", posts=posts_file(tmp_path, 5), data=tmp_path / "data")
        assert there.calls == []


@pytest.mark.parametrize("host", [None, "elsewhere"])
def test_a_teacher_on_another_machine_has_to_be_named_for_this(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str | None
) -> None:
    monkeypatch.setenv("ADTAILOR_ENGINE_BASE_URL", "http://gpu-box:8000/v1")
    monkeypatch.setenv("ADTAILOR_ENGINE_REMOTE_HOST", "gpu-box")
    with pytest.raises(InvalidInput, match=r"your posts would be sent there.*--send-posts-to gpu-box"):
        distil.run(teacher="openai_compatible", send_posts_to=host, data=tmp_path)


def test_the_embedded_models_do_not_teach_themselves(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot teach themselves"):
        distil.run(data=tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"text": "x", "emotions": ["rage"]}', "line 1: emotions: 'rage' is no label"),
        ('{"text": "x", "mood": 1}', "line 1: mood: unknown field"),
        ("{", "line 1: no JSON"),
    ],
)
def test_a_labelled_line_that_does_not_fit_is_named(tmp_path: Path, line: str, said: str) -> None:
    pytest.importorskip("sklearn")
    human = tmp_path / "human.jsonl"
    human.write_text(line, "utf-8")
    with pytest.raises(InvalidInput, match=said):  # before anything is asked of the teacher
        distil.run(
            teacher="openai_compatible", posts=posts_file(tmp_path, 2), own=True, human=human, data=tmp_path / "data"
        )


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")

    def slowly(call: Call) -> None:
        time.sleep(0.05)
        labels_of(call)

    with StandInServer(slowly) as there:
        environ = {**os.environ, "ADTAILOR_ENGINE_BASE_URL": there.base_url, "ADTAILOR_ENGINE_CONCURRENCY": "1"}
        command = [
            str(Path(sys.executable).with_name("adtailor")), "distil", "--teacher", "openai_compatible", "--own",
            "--json", "--posts", str(posts_file(tmp_path, 60)), "--limit", "60", "--data", str(tmp_path / "data"),
        ]  # fmt: skip
        first = subprocess.Popen(command, env=environ, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 120
        while len(there.calls) < 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        before = len(there.calls)
        assert 20 <= before < 60
        (file,) = (tmp_path / "data" / "distil").iterdir()
        assert file.stat().st_mode & 0o077 == 0
        kept = file.read_text("utf-8", "replace")
        assert "ana" not in kept
        assert "ferry" not in kept
        again = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, check=False, text=True)
        assert again.returncode == 0, again.stderr
        assert json.loads(again.stdout)["taught"]["sentiment"] == 60
        # At most the few that were under way when it was killed are asked for again.
        assert len(there.calls) - before <= 60 - before + 5


def heads(version: str, weight: float) -> DistilledHeads:
    head = DistilledHead(part="sentiment", weights=np.full((1, 4), weight), own=np.ones(1), bias=np.zeros(1), band=0.1)
    return DistilledHeads(
        version=version, encoder="toy@1", default={"text": "toy@1"}, teacher="t@1", heads={"sentiment": head}
    )


def test_promotions_stack_and_are_undone_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = KeptHeads(tmp_path)
    for weight in (0.5, 0.25):
        kept.promote(heads(kept.next_version(), weight), card="# card\n")
    current = kept.current()
    assert current is not None
    assert (current.version, current.heads["sentiment"].weights[0, 0], current.heads["sentiment"].band) == (
        "distilled@2", 0.25, 0.1,
    )  # fmt: skip
    distil.run(undo=True, data=tmp_path)
    assert "distilled@1 reads again" in capsys.readouterr().err
    assert kept.current().version == "distilled@1"  # pyright: ignore[reportOptionalMemberAccess]
    distil.run(undo=True, data=tmp_path)
    assert kept.current() is None
    with pytest.raises(InvalidInput, match="nothing was promoted"):
        distil.run(undo=True, data=tmp_path)
    assert kept.next_version() == "distilled@3"  # a number is given once


def test_heads_that_were_changed_on_disk_are_refused_with_the_way_back(tmp_path: Path) -> None:
    kept = KeptHeads(tmp_path)
    folder = kept.promote(heads("distilled@1", 0.5), card="")
    (folder / "heads.npz").write_bytes(b"other")
    with pytest.raises(ModelUnavailable, match=r"another sha256.*--undo"):
        kept.current()
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        kept.current()


@pytest.mark.llm
@pytest.mark.slow
def test_smollm2_teaches_a_handful_of_posts_and_is_not_promoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    distil.run(teacher="llama_cpp", posts=posts_file(tmp_path, 3), own=True, limit=3, json=True, data=tmp_path / "data")
    found = json.loads(capsys.readouterr().out)
    assert found["teacher"] == "SmolLM2-135M-Instruct.Q4_1@llama.cpp"
    assert found["taught"]["sentiment"] == 3
    assert found["promoted"] is None
