"""`adtailor evaluate`, with the real models on small files."""

import csv
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from adtailor import assemble
from adtailor.cli import main
from adtailor.domain.reading import EMOTIONS
from adtailor.ports import LookReader, TextReader
from adtailor.testing.exports import drawn_shirt

Evaluate = Callable[..., tuple[object, str, str]]

loaded_text_reader: Callable[[], TextReader] = cache(assemble.text_reader)
loaded_look_reader: Callable[[], LookReader] = cache(assemble.look_reader)

GOOD = ("What a wonderful day, I love all of you!", "We won the cup and I am so happy", "Best holiday ever, thank you")
BAD = ("I hate this awful weather so much", "The worst service I have ever had", "So sad and angry about the news")
PLAIN = ("The train to the lake leaves at nine", "The shop opens at ten on Mondays", "He wrote the address on paper")
ROUNDS = ("--rounds", "50")


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Evaluate:
    """The verb with the real models, loaded once for all tests: exit code, output, complaints."""
    monkeypatch.setattr(assemble, "text_reader", lambda models: loaded_text_reader())
    monkeypatch.setattr(assemble, "look_reader", lambda models: loaded_look_reader())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str | Path) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["evaluate", *map(str, arguments)])
        captured = capfd.readouterr()
        return left.value.code, captured.out, captured.err

    return run


def jsonl(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def sentiment_file(path: Path) -> Path:
    return jsonl(
        path,
        *({"text": text, "sentiment": "positive"} for text in GOOD),
        *({"text": text, "sentiment": "negative"} for text in BAD),
        *({"text": text, "sentiment": "neutral"} for text in PLAIN),
    )


def test_the_table_says_what_was_read_and_how_well(evaluate: Evaluate, tmp_path: Path):
    code, out, err = evaluate(sentiment_file(tmp_path / "a.jsonl"), "--language", "en", *ROUNDS)
    assert code == 0, err
    assert "sentiment on a.jsonl" in out
    assert "9 of 9 posts read" in out
    for word in ("macro-recall", "95 % interval", "positive", "negative", "neutral", "seed 0"):
        assert word in out


def test_json_holds_every_number_with_its_interval(evaluate: Evaluate, tmp_path: Path):
    _, out, _ = evaluate(sentiment_file(tmp_path / "a.jsonl"), "--language", "en", "--json", *ROUNDS)
    said = json.loads(out)
    scores = {score["name"]: score["estimate"] for score in said["scores"]}
    assert scores["macro-recall"]["low"] <= scores["macro-recall"]["value"] <= scores["macro-recall"]["high"]
    assert scores["accuracy"]["value"] >= 6 / 9
    assert [row["label"] for row in said["labels"]] == ["negative", "neutral", "positive"]
    assert (said["posts"], said["read"], said["rounds"], said["seed"]) == (9, 9, 50, 0)


def test_the_same_seed_prints_the_same(evaluate: Evaluate, tmp_path: Path):
    file = sentiment_file(tmp_path / "a.jsonl")
    assert evaluate(file, "--json", *ROUNDS) == evaluate(file, "--json", *ROUNDS)


@pytest.mark.parametrize(
    "cell", [["joy", "love"], "joy,love", "joy; love", "17|18", "[joy, love]", "['joy', 'love']", " Joy ,LOVE "]
)
def test_several_labels_in_a_column_are_read_however_they_are_written(evaluate: Evaluate, tmp_path: Path, cell: Any):
    rows = [{"text": GOOD[0], "emotions": cell}, {"text": BAD[0], "emotions": "anger"}]
    code, out, err = evaluate(jsonl(tmp_path / "a.jsonl", *rows), "--json", *ROUNDS)
    assert code == 0, err
    assert {row["label"]: row["true"] for row in json.loads(out)["labels"]} == {"anger": 1, "joy": 1, "love": 1}


def test_one_column_per_label_is_read(evaluate: Evaluate, tmp_path: Path):
    file = tmp_path / "a.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as opened:
        writer = csv.writer(opened)
        writer.writerow(["text", *EMOTIONS])
        writer.writerow([GOOD[0], *("1" if label in {"joy", "love"} else "0" for label in EMOTIONS)])
        writer.writerow([BAD[0], *("1" if label == "anger" else "" for label in EMOTIONS)])
        writer.writerow(["never labelled", *("" for _ in EMOTIONS)])
    code, out, err = evaluate(file, "--json", *ROUNDS)
    assert code == 0, err
    said = json.loads(out)
    assert {row["label"] for row in said["labels"] if row["true"]} == {"anger", "joy", "love"}
    assert said["unlabelled"] == 1


def test_calibration_is_drawn_at_the_prompt_and_as_a_picture(evaluate: Evaluate, tmp_path: Path):
    rows = [{"text": text, "emotions": label} for label, texts in (("joy", GOOD), ("anger", BAD)) for text in texts]
    code, out, err = evaluate(jsonl(tmp_path / "a.jsonl", *rows), "--plot", "a.png", *ROUNDS)
    assert code == 0, err
    assert "a.png" in err
    diagram = out[out.index("calibration") :].splitlines()
    assert any("●" in line for line in diagram)
    assert max(map(len, diagram[1:])) <= 80
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.format == "PNG"
        assert picture.width == 1120
        assert len(picture.getcolors(maxcolors=1_000_000) or ()) > 50


def test_without_chances_nothing_is_plotted_and_that_is_said(evaluate: Evaluate, tmp_path: Path):
    rows = [{"text": "I want to die", "crisis": 1}, {"text": "we had soup", "crisis": 0}]
    code, out, err = evaluate(jsonl(tmp_path / "a.jsonl", *rows), "--plot", "a.png", "--language", "en", *ROUNDS)
    assert code == 0
    assert "nothing to plot" in err
    assert not (tmp_path / "a.png").exists()
    assert "recall" in out


def test_stress_is_measured_at_a_stated_prevalence(evaluate: Evaluate, tmp_path: Path):
    rows = [
        {"text": "Three deadlines this week and I can't sleep, I'm so overwhelmed.", "stress": "yes"},
        *({"text": text, "stress": "no"} for text in (*GOOD, *PLAIN)),
    ]
    file = jsonl(tmp_path / "a.jsonl", *rows)
    _, out, _ = evaluate(file, "--prevalence", "0.02", "--json", *ROUNDS)
    said = json.loads(out)
    scores = {score["name"]: score["estimate"]["value"] for score in said["scores"]}
    assert said["prevalence"] == 0.02
    assert scores["AUC"] == 1.0
    assert {"precision at 0.02", "ECE", "Brier skill", "F1", "recall"} <= set(scores)
    assert 0 < said["labels"][0]["threshold"] < 1


def test_a_language_that_is_not_measured_is_counted_and_not_scored(evaluate: Evaluate, tmp_path: Path):
    rows = [
        {"text": GOOD[0], "sentiment": "pos", "lang": "en"},
        {"text": BAD[0], "sentiment": "neg", "lang": "en"},
        {"text": "Was für ein schöner Tag im Garten mit Kaffee und Kuchen", "sentiment": "pos", "lang": "de"},
        {"text": "hm ok", "sentiment": "neu", "lang": ""},
    ]
    code, out, _ = evaluate(jsonl(tmp_path / "a.jsonl", *rows), *ROUNDS)
    assert code == 0
    assert "2 of 4 posts read, 2 abstained (de 1, unknown 1)" in " ".join(out.split())


def test_where_every_post_abstains_the_table_says_so(evaluate: Evaluate, tmp_path: Path):
    file = jsonl(tmp_path / "a.jsonl", {"text": "guten Morgen", "sentiment": "pos", "language": "de"})
    code, out, _ = evaluate(file, *ROUNDS)
    assert code == 0
    assert "no post was read" in out


def test_garments_are_read_from_photos_beside_the_file(evaluate: Evaluate, tmp_path: Path):
    (tmp_path / "shirt.png").write_bytes(drawn_shirt())
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    rows = [{"photo": "shirt.png", "garment": "t-shirt"}, {"photo": "broken.jpg", "garment": "pants"}]
    code, out, err = evaluate(jsonl(tmp_path / "a.jsonl", *rows), "--json", *ROUNDS)
    assert code == 0, err
    said = json.loads(out)
    assert (said["posts"], said["read"]) == (2, 1)
    assert sum(said["failed"].values()) == 1


def test_a_limit_draws_from_all_of_a_sorted_file(evaluate: Evaluate, tmp_path: Path):
    rows = [{"text": f"{GOOD[0]} {n}", "sentiment": "pos"} for n in range(30)]
    rows += [{"text": f"{BAD[0]} {n}", "sentiment": "neg"} for n in range(30)]
    _, out, _ = evaluate(jsonl(tmp_path / "a.jsonl", *rows), "-n", "20", "--json", *ROUNDS)
    said = json.loads(out)
    assert said["posts"] == 20
    assert {row["label"] for row in said["labels"] if row["true"]} == {"negative", "positive"}


@pytest.mark.parametrize(
    ("name", "content", "arguments", "words"),
    [
        ("a.jsonl", "", (), "is empty"),
        ("a.jsonl", " \n", (), "is empty"),
        ("a.csv", "text,sentiment\n", (), "has no rows"),
        ("a.jsonl", '{"text": "a"}\n{"text"\n', (), "line 2 is not JSON"),
        ("a.jsonl", '{"text": "a"}\n[1]\n', (), "line 2 is a JSON list"),
        ("a.jsonl", "hello\n", (), "neither JSON lines, CSV, TSV nor Parquet"),
        ("a.csv", 'text,sentiment\n"a,pos\n', (), "line"),
        ("a.csv", "text,sentiment\na,b,pos\n", (), "line 2 has more cells than the 2 columns"),
        ("a.jsonl", '{"words": "a", "sentiment": "pos"}\n', (), "none of the columns text, tweet"),
        ("a.jsonl", '{"text": "a", "mood": "pos"}\n', (), "does not say what it is labelled with"),
        ("a.jsonl", '{"text": "a", "stress": 1, "crisis": 0}\n', (), "may be labelled with stress or crisis"),
        ("a.jsonl", '{"text": "a", "sentiment": "meh"}\n', (), "'meh' (1)"),
        ("a.jsonl", '{"text": "a", "sentiment": "pos"}\n', ("--label-column", "nope"), "no column 'nope'"),
        ("a.jsonl", '{"text": "a", "sentiment": "pos"}\n', ("--text-column", "nope"), "no column 'nope'"),
        ("a.jsonl", '{"text": "a", "sentiment": "pos,neg"}\n', (), "has 2 labels"),
        ("a.jsonl", '{"text": "a", "emotions": "joy,greed"}\n', (), "'greed' (1)"),
        ("a.jsonl", '{"text": "a", "stress": "rather"}\n', (), "'rather' (1)"),
        ("a.jsonl", '{"text": "", "sentiment": "pos"}\n', (), "none of the 1 rows"),
        ("a.jsonl", '{"text": "a", "sentiment": null}\n', (), "none of the 1 rows"),
        ("a.jsonl", '{"text": "a", "sentiment": "pos"}\n', ("--plot", "a.jpg"), "a.jpg is no PNG"),
        ("a.jsonl", '{"text": "a", "sentiment": "pos"}\n', ("--plot", "no/a.png"), "no is no folder"),
    ],
)
def test_what_does_not_fit_is_said_with_what_to_do(
    evaluate: Evaluate, name: str, content: str, arguments: tuple[str, ...], words: str
):
    Path(name).write_text(content, encoding="utf-8")
    code, out, err = evaluate(name, *arguments)
    assert code == 2
    assert words in " ".join(err.split())
    assert "hint:" in err
    assert out == ""


def test_labels_in_ignore_count_as_none(evaluate: Evaluate, tmp_path: Path):
    rows = [{"text": GOOD[0], "sentiment": "pos"}, {"text": PLAIN[0], "sentiment": "meh"}]
    code, out, err = evaluate(jsonl(tmp_path / "a.jsonl", *rows), "--ignore", "Meh", "--json", *ROUNDS)
    assert code == 0, err
    assert json.loads(out)["unlabelled"] == 1


def test_bytes_that_are_no_utf_8_are_named(evaluate: Evaluate, tmp_path: Path):
    (tmp_path / "a.csv").write_bytes("text,sentiment\nschön,pos\n".encode("latin-1"))
    code, _, err = evaluate("a.csv")
    assert code == 2
    assert "not UTF-8" in err
    assert "iconv" in err


def test_no_word_of_a_post_is_in_an_error(evaluate: Evaluate, tmp_path: Path):
    (tmp_path / "a.jsonl").write_text('{"text": "my secret words", "sentiment": \n', encoding="utf-8")
    _, out, err = evaluate("a.jsonl")
    assert "secret" not in out + err


def test_a_parquet_file_is_read_with_numbers_as_labels(evaluate: Evaluate, tmp_path: Path):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT * FROM (VALUES (?, '17,18'), (?, '2')) AS t(text, labels)) TO 'a.parquet'", [GOOD[0], BAD[0]]
        )
    code, out, err = evaluate("a.parquet", "--json", *ROUNDS)
    assert code == 0, err
    assert {row["label"] for row in json.loads(out)["labels"]} == {"anger", "joy", "love"}
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:50])
    code, _, err = evaluate("b.parquet")
    assert code == 2
    assert "damaged Parquet" in err
