"""A model that follows a growing log counts each row once, and says what became of every other."""

import importlib.util
import json
import threading
import time
from datetime import timedelta
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import InvalidInput

_spec = importlib.util.spec_from_file_location("toy_stream", Path(__file__).with_name("toy_stream.py"))
toy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(toy)


@pytest.fixture(scope="module")
def model():
    return toy.fitted()


@pytest.fixture
def live(model, tmp_path):
    model.save(tmp_path / "live.model")
    (tmp_path / "log").mkdir()
    return tmp_path / "live.model"


def now_at(row):
    """A clock that stands at the time of a row."""
    return lambda: (toy.NOON + row * toy.SECOND / 10) / 1e6


def follow(live, **options):
    options = {"log": live.parent / "log", "time": "decided_at", "until_end": True, "told": pytest.fail} | options
    return learn.follow(live, **options)


def test_files_that_appear_and_grow_between_runs_teach_the_bits_of_one_pass(model, live):
    log = live.parent / "log"
    parts = [toy.columns(500, first=2_000 + 500 * n) for n in range(4)]
    toy.append(log / "a.jsonl", toy.lines(parts[0]))
    assert follow(live).counts.learned == 500
    toy.append(log / "a.jsonl", toy.lines(parts[1]))
    assert follow(live).counts.learned == 1_000
    toy.append(log / "b.jsonl", toy.lines(parts[2]))
    toy.append(log / "c.jsonl", toy.lines(parts[3]))
    assert follow(live).counts.learned == 2_000
    assert follow(live).deltas == 0, "nothing new, nothing written"
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    assert toy.same_bits(toy.bits(live), toy.learned_on(model, whole))
    assert learn.load(live).about.rows == model.about.rows + 2_000
    assert learn.load(live).about.until == int(whole["decided_at"][-1])


def test_rows_that_the_model_was_fitted_on_are_passed_over(model, live):
    toy.append(live.parent / "log" / "all.jsonl", toy.lines(toy.columns(2_000)))
    followed = follow(live)
    assert (followed.counts.known, followed.counts.learned) == (2_000, 0)
    again = live.with_name("again.model")
    model.save(again)
    followed = follow(again, time=None, begin=1_990)
    assert (followed.counts.known, followed.counts.learned) == (1_990, 10)


def test_parquet_files_are_followed_like_lines(tmp_path):
    log = learn.sample_log(tmp_path / "log", rows=6_000, files=3)
    kept = tmp_path / "later"
    kept.mkdir()
    for n in (1, 2):
        (log / f"part-{n:03}.parquet").rename(kept / f"part-{n:03}.parquet")
    features = learn.Features(learn.Id("ad_id"), learn.Vector("context_topics", dim=64), learn.Category("style"))
    model = learn.fit(features, label="clicked", log=f"{log}/*.parquet", time="decided_at", model=toy.SMALL, rounds=2,
                      baseline=False)  # fmt: skip
    live = tmp_path / "live.model"
    model.save(live)
    (kept / "part-001.parquet").rename(log / "part-001.parquet")
    assert follow(live, log=str(log / "*.parquet")).counts.learned == 2_000
    (kept / "part-002.parquet").rename(log / "part-002.parquet")
    assert follow(live, log=log).counts.learned == 4_000


def test_half_a_line_waits_for_its_other_half(live):
    path = live.parent / "log" / "a.jsonl"
    text = toy.lines(toy.columns(3, first=2_000))
    toy.append(path, text[:-20])
    assert follow(live).counts.learned == 2
    toy.append(path, text[-20:])
    assert follow(live).counts.learned == 3


def test_a_damaged_file_is_set_aside_by_name_and_the_rest_goes_on_until_it_is_mended(tmp_path):
    log = learn.sample_log(tmp_path / "log", rows=3_000, files=3)
    features = learn.Features(learn.Id("ad_id"), learn.Category("style"))
    model = learn.fit(features, label="clicked", log=f"{log}/part-000.parquet", time="decided_at", model=toy.SMALL,
                      rounds=2, baseline=False)  # fmt: skip
    damaged = log / "part-001.parquet"
    good = damaged.read_bytes()
    damaged.write_bytes(good[: len(good) // 2])
    live = tmp_path / "live.model"
    said = []
    followed = learn.follow(model, to=live, log=log, time="decided_at", until_end=True, told=said.append)
    assert followed.counts.learned == 1_000
    assert len(said) == 1
    assert "part-001.parquet is set aside" in said[0]
    damaged.write_bytes(good)
    followed = learn.follow(model, to=live, log=log, time="decided_at", until_end=True, told=said.append)
    assert (followed.counts.learned, followed.counts.back, len(said)) == (2_000, 1_000, 1)


def test_rows_that_cannot_be_learned_from_are_left_out_with_their_place(live):
    rows = [json.loads(line) for line in toy.lines(toy.columns(40, first=2_000)).splitlines()]
    rows[7]["clicked"] = 2
    rows[21]["ad_id"] = "a text among numbers"
    path = live.parent / "log" / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows[:30]) + "{ no json\n")
    toy.append(path, "".join(json.dumps(row) + "\n" for row in rows[30:]))
    said = []
    followed = follow(live, told=said.append)
    assert (followed.counts.learned, followed.counts.left_out) == (38, 3)
    for place in (7, 21, 30):
        assert any(f"row {place} " in line for line in said)


def test_a_file_without_a_column_is_set_aside(live):
    renamed = toy.columns(50, first=2_000)
    renamed["advert_id"] = renamed.pop("ad_id")
    toy.append(live.parent / "log" / "a.jsonl", toy.lines(renamed))
    toy.append(live.parent / "log" / "b.jsonl", toy.lines(toy.columns(50, first=2_050)))
    said = []
    assert follow(live, told=said.append).counts.learned == 50
    assert len(said) == 1
    assert "a.jsonl is set aside from row 0 on" in said[0]
    assert "ad_id" in said[0]


def clicks_of(given, *, after):
    """A label for each clicked row, some seconds later."""
    clicked = np.flatnonzero(given["clicked"])
    return {"decision_id": given["decision_id"][clicked], "at": given["decided_at"][clicked] + after * toy.SECOND}


def test_a_row_is_learned_when_its_label_comes_or_its_window_has_passed(model, live):
    (live.parent / "clicks").mkdir()
    given = toy.columns(600, first=2_000)
    rows = {name: values for name, values in given.items() if name != "clicked"}
    labels = learn.Labels(log=live.parent / "clicks", key="decision_id", at="at", wait=timedelta(seconds=30))
    toy.append(live.parent / "log" / "a.jsonl", toy.lines(rows))
    clicks = clicks_of(given, after=20)
    count = len(clicks["at"])
    # At row 2,400 those up to row 2,100 are older than 30 s. Their clicks have come, and nobody else's.
    soon = clicks["decision_id"] < 2_100
    toy.append(live.parent / "clicks" / "a.jsonl", toy.lines({n: v[soon] for n, v in clicks.items()}))
    followed = follow(live, labels=labels, clock=now_at(2_400))
    assert (followed.counts.learned, followed.waiting) == (101, 499)
    # Resumed: the clicks of all others come, and their rows are learned at once; the rest waits.
    toy.append(live.parent / "clicks" / "b.jsonl", toy.lines({n: v[~soon] for n, v in clicks.items()}))
    followed = follow(live, labels=labels, clock=now_at(2_400))
    assert followed.counts.learned == 101 + int((~soon).sum())
    # And everything has passed.
    followed = follow(live, labels=labels, clock=now_at(2_600 + 300))
    assert (followed.counts.learned, followed.waiting, followed.counts.labels) == (600, 0, count)
    assert follow(live, labels=labels, clock=now_at(9_000)).counts.learned == 600


def test_with_all_labels_there_a_replay_teaches_the_bits_of_one_pass(model, live):
    (live.parent / "clicks").mkdir()
    given = toy.columns(700, first=2_000)
    toy.append(live.parent / "log" / "a.jsonl", toy.lines({n: v for n, v in given.items() if n != "clicked"}))
    toy.append(live.parent / "clicks" / "a.jsonl", toy.lines(clicks_of(given, after=29)))
    labels = learn.Labels(log=live.parent / "clicks", key="decision_id", at="at", wait=timedelta(seconds=30))
    follow(live, labels=labels, clock=now_at(100_000))
    assert toy.same_bits(toy.bits(live), toy.learned_on(model, given))


def test_labels_after_their_window_and_of_unknown_rows_teach_nothing(model, live):
    (live.parent / "clicks").mkdir()
    given = toy.columns(400, first=2_000)
    toy.append(live.parent / "log" / "a.jsonl", toy.lines({n: v for n, v in given.items() if n != "clicked"}))
    late = clicks_of(given, after=31)
    strange = {"decision_id": np.array([7]), "at": np.array([toy.NOON])}
    toy.append(live.parent / "clicks" / "a.jsonl", toy.lines(late) + toy.lines(strange))
    labels = learn.Labels(log=live.parent / "clicks", key="decision_id", at="at", wait=timedelta(seconds=30))
    followed = follow(live, labels=labels, clock=now_at(100_000))
    assert followed.counts.learned == 400
    assert followed.counts.strange_labels == 1
    unclicked = given | {"clicked": np.zeros(400, dtype=bool)}
    assert toy.same_bits(toy.bits(live), toy.learned_on(model, unclicked))


def test_no_more_rows_wait_than_there_is_room_for(live):
    (live.parent / "clicks").mkdir()
    for n in range(4):
        given = toy.columns(100, first=2_000 + 100 * n)
        toy.append(live.parent / "log" / f"{n}.jsonl", toy.lines(given))
    labels = learn.Labels(log=live.parent / "clicks", key="decision_id", wait=timedelta(seconds=30))
    followed = follow(live, labels=labels, clock=now_at(2_000), most_waiting=150)
    assert followed.waiting == 200, "the file that filled it is the last that was read"
    assert follow(live, labels=labels, clock=now_at(9_000)).counts.learned == 400


def test_time_may_go_back_and_with_a_lateness_only_so_far(model, live):
    given = toy.columns(6, first=2_000)
    given["decided_at"] = toy.NOON + np.array([300, 310, 305, 290, 10_000_000, 311]) * toy.SECOND
    toy.append(live.parent / "log" / "a.jsonl", toy.lines(given))
    again = live.with_name("again.model")
    model.save(again)
    assert follow(live).counts == learn.follow(again, log=live.parent / "log", time="decided_at", until_end=True).counts
    counts = learn.load(live).about
    assert counts.rows == model.about.rows + 6
    said = []
    strict = live.with_name("strict.model")
    model.save(strict)
    followed = follow(strict, lateness=timedelta(seconds=10), clock=lambda: toy.NOON / 1e6 + 400, told=said.append)
    # 290 is 20 s behind 310, and 10,000,000 lies in the future; 311 is no later for it.
    assert (followed.counts.learned, followed.counts.late, followed.counts.back) == (4, 2, 1)
    assert "2 rows" in said[0]


def test_a_queue_hands_rows_over_and_holds_its_writer_up_while_they_are_learned(model, tmp_path):
    queue: Queue = Queue(maxsize=2)
    most = []

    def produce():
        for n in range(20):
            queue.put(toy.columns(50, first=2_000 + 50 * n))
            most.append(queue.qsize())
        queue.put(None)

    producer = threading.Thread(target=produce)
    producer.start()
    followed = learn.follow(model, to=tmp_path / "live.model", log=queue, time="decided_at", look=0.01)
    producer.join()
    assert (followed.counts.learned, followed.position) == (1_000, 1_000)
    assert max(most) <= 2


def test_a_function_of_the_position_is_asked_for_the_rest_only(model, tmp_path):
    asked = []

    def rows(first):
        asked.append(first)
        for start in range(first, 300, 100):
            yield toy.columns(100, first=2_000 + start)

    for _ in range(2):
        followed = learn.follow(model, to=tmp_path / "live.model", log=rows, time="decided_at")
    assert asked == [0, 300]
    assert followed.counts.learned == 300


def test_a_file_is_followed_by_one_process_at_a_time(live):
    stop, said = threading.Event(), threading.Event()
    toy.append(live.parent / "log" / "a.jsonl", toy.lines(toy.columns(10, first=2_000)))
    one = threading.Thread(
        target=lambda: follow(live, until_end=False, stop=stop, look=0.01, progress=lambda _: said.set())
    )
    one.start()
    try:
        assert said.wait(30)
        with pytest.raises(InvalidInput, match="followed by another process"):
            follow(live)
    finally:
        stop.set()
        one.join()
    assert follow(live).counts.learned == 10, "a clean stop loses nothing"


def test_a_file_of_another_model_is_not_gone_on_with(live):
    other = toy.fitted(features=learn.Features(learn.Id("ad_id")))
    with pytest.raises(InvalidInput, match="other features"):
        learn.follow(other, to=live, log=live.parent / "log")


def test_windows_of_time_want_a_time_and_late_labels_rows_that_can_be_read_again(live):
    labels = learn.Labels(log=live.parent, key="decision_id", wait=timedelta(seconds=30))
    with pytest.raises(InvalidInput, match="name the column"):
        follow(live, time=None, labels=labels)
    with pytest.raises(InvalidInput, match="read again"):
        follow(live, log=Queue(), labels=labels)
    with pytest.raises(InvalidInput, match="no folder"):
        follow(live, log=live.parent / "nowhere")


def test_an_event_changes_the_weights_that_serve_within_5_seconds(live):
    path = live.parent / "log" / "a.jsonl"
    server = learn.Server(live)
    row = {"ad_id": [2**24 + 1], "style": ["work"]}
    stop = threading.Event()
    ready = threading.Event()
    toy.append(path, toy.lines(toy.columns(10, first=2_000)))
    one = threading.Thread(
        target=lambda: follow(live, until_end=False, stop=stop, progress=lambda _: ready.set(), told=print)
    )
    one.start()
    try:
        assert ready.wait(30)
        time.sleep(1.5)
        server.score(row)  # notices the first ten
        time.sleep(0.5)
        before = float(server.score(row).chances[0])
        toy.append(path, toy.lines(toy.columns(1, first=2_010) | {"ad_id": [2**24 + 1], "clicked": [True]}))
        began = time.monotonic()
        while float(server.score(row).chances[0]) == before:
            assert time.monotonic() - began < 5.0
            time.sleep(0.02)
    finally:
        stop.set()
        one.join()
    assert float(server.score(row).chances[0]) != before
