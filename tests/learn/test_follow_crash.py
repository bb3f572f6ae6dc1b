"""Killed at any moment and resumed, a follower counts every row once: no bit differs from one that was never killed."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from adtailor import learn

_spec = importlib.util.spec_from_file_location("toy_stream", Path(__file__).with_name("toy_stream.py"))
toy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(toy)

FOLLOWER = Path(__file__).with_name("follower.py")
ROWS = 40


def kill_repeatedly(folder, kills, random, feed):
    """Feed, follow, and kill -9 at a random moment, again and again; how many children had written something."""
    wrote = 0
    with subprocess.Popen(
        [sys.executable, str(FOLLOWER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as follower:
        for kill in range(kills):
            feed(2 * kill)
            before = learn.load(folder / "live.model").about.rows
            follower.stdin.write(f"{folder}\n")
            follower.stdin.flush()
            victim = int(follower.stdout.readline().split()[1])
            if kill % 2:  # while it is at work; the others die whenever
                deadline = time.monotonic() + 20
                while learn.load(folder / "live.model").about.rows == before and time.monotonic() < deadline:
                    time.sleep(0.001)
            feed(2 * kill + 1)
            time.sleep(random.uniform(0.0, 0.05))
            os.kill(victim, signal.SIGKILL)
            assert follower.stdout.readline() == "dead\n"
            wrote += learn.load(folder / "live.model").about.rows > before
        follower.stdin.close()
    return wrote


@pytest.mark.parametrize("kills", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_after_kill_9_no_row_is_learned_twice_and_none_is_lost(tmp_path, kills):
    model = toy.fitted()
    model.save(tmp_path / "live.model")
    log = tmp_path / "log"
    log.mkdir()
    parts = []

    def feed(number):
        parts.append(toy.columns(ROWS, first=2_000 + ROWS * number))
        toy.append(log / f"{number // 7:06}.jsonl", toy.lines(parts[-1]))

    assert kill_repeatedly(tmp_path, kills, Random(kills), feed) >= kills // 4
    followed = learn.follow(tmp_path / "live.model", log=log, time="decided_at", until_end=True, told=pytest.fail)
    assert followed.counts.learned == 2 * kills * ROWS
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    assert toy.same_bits(toy.bits(tmp_path / "live.model"), toy.learned_on(model, whole))
    assert not list(tmp_path.glob(".live.model.*")), "half-written files are cleared away"


@pytest.mark.parametrize("kills", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_after_kill_9_rows_that_waited_for_their_label_are_learned_once_with_it(tmp_path, kills):
    # A table in which each row's id has a place of its own, and counts how often it was learned from.
    exact = learn.Factorization(k=1, table=learn.Exact(bits=16, admit_after=1))
    model = toy.fitted(model=exact, features=learn.Features(learn.Id("decision_id")))
    model.save(tmp_path / "live.model")
    for name in ("log", "clicks"):
        (tmp_path / name).mkdir()
    parts = []

    def feed(number):
        # Rows of now, for windows pass by the clock; the clicks of the rows before come.
        part = toy.columns(ROWS, first=10_000 + ROWS * number)
        part["decided_at"] = int(time.time() * toy.SECOND) + np.arange(ROWS)
        if parts:
            clicked = np.flatnonzero(parts[-1]["clicked"])
            clicks = {"decision_id": parts[-1]["decision_id"][clicked], "at": parts[-1]["decided_at"][clicked] + 1}
            toy.append(tmp_path / "clicks" / "a.jsonl", toy.lines(clicks))
        parts.append(part)
        toy.append(tmp_path / "log" / f"{number // 7:06}.jsonl", toy.lines(part))

    kill_repeatedly(tmp_path, kills, Random(kills), feed)
    feed(2 * kills)
    labels = learn.Labels(log=tmp_path / "clicks", key="decision_id", at="at", wait=timedelta(seconds=1))
    followed = learn.follow(
        tmp_path / "live.model", log=tmp_path / "log", time="decided_at", labels=labels, until_end=True,
        told=pytest.fail, clock=lambda: time.time() + 60,
    )  # fmt: skip
    rows = (2 * kills + 1) * ROWS
    assert (followed.counts.learned, followed.waiting) == (rows, 0)
    learned = learn.load(tmp_path / "live.model", trainable=True)
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    # The weight of an id that was learned from once has taken one step: up with a click, down without.
    weights = learned.logits({"decision_id": whole["decision_id"]})
    clicked = whole["clicked"].copy()
    clicked[-ROWS:] = False  # the last rows' clicks were never fed
    assert weights[clicked].min() > weights[~clicked].max()
    once = toy.learned_on(model, whole | {"clicked": clicked})
    arrays = toy.bits(tmp_path / "live.model")
    assert arrays["place_uses"].sum() == once["place_uses"].sum()
    assert np.sort(arrays["place_keys"]).tolist() == np.sort(once["place_keys"]).tolist()
