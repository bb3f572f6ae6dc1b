"""All learners on one log: each chooses one of its settings on a part kept for that, trains again, is judged once."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.learn.environments import python_of
from benchmarks.learn.logs import Log
from benchmarks.learn.metrics import Interval, Judge, Quality, difference, judge, losses, quality
from benchmarks.learn.peers import Peer
from benchmarks.learn.runs import Failed, Run, run

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A row of the table: the run of median log-loss, and medians of what the runs cost."""

    name: str
    says: str
    quality: Quality
    excess: float | None
    """Log-loss beyond the truth's, where the truth is known."""
    behind: Interval
    """Log-loss beyond the best learner's, user for user."""
    rows_per_second: float
    """Rows trained on per second of CPU, making them ready included."""
    cpu: float
    wall: float
    peak_megabytes: float
    tuning: float
    """CPU seconds of all trials."""
    config: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A log's table; and who could not take part, with the reason."""

    log: Log
    rows: tuple[Judged, ...]
    absent: tuple[tuple[str, str], ...]


def compare(
    log: Log, peers: tuple[Peer, ...], *, envs: Path, rounds: int, trials: int, keep: Path | None, say: Say
) -> Compared:
    """Trials first; then the rounds, everyone once a round, so that a noisy minute hits all alike."""
    pythons: dict[str, Path] = {}
    chosen: dict[str, dict[str, Any]] = {}
    tuning: dict[str, float] = {}
    absent: list[tuple[str, str]] = []
    for peer in peers:
        try:
            say(f"{log.name}: {peer.name} chooses its settings")
            pythons[peer.name] = python_of(peer.environment, envs)
            chosen[peer.name], tuning[peer.name] = _choose(peer, pythons[peer.name], log, trials=trials, keep=keep)
        except (Failed, OSError) as problem:
            absent.append((peer.name, str(problem)))
    done: dict[str, list[Run]] = {name: [] for name in chosen}
    taking_part = [peer for peer in peers if peer.name in chosen]
    for number in range(rounds):
        for peer in taking_part[number % max(1, len(taking_part)) :] + taking_part[: number % max(1, len(taking_part))]:
            say(f"{log.name}: {peer.name}, round {number + 1} of {rounds}")
            try:
                found = run(
                    peer,
                    pythons[peer.name],
                    log,
                    train=(0, log.validated),
                    predict=(log.validated, log.rows),
                    config=chosen[peer.name],
                    seed=number + 1,
                    trial=False,
                    keep=keep,
                )
            except Failed as problem:
                absent.append((peer.name, str(problem)))
            else:
                done[peer.name].append(found)
    finished = {peer: done[peer.name] for peer in taking_part if done[peer.name]}
    return Compared(log=log, rows=_judged(log, finished, tuning), absent=tuple(absent))


def _choose(peer: Peer, python: Path, log: Log, *, trials: int, keep: Path | None) -> tuple[dict[str, Any], float]:
    clicked = log.clicked(log.trained, log.validated)
    best, config, spent = np.inf, peer.configs[0], 0.0
    for offered in peer.configs[:trials]:
        train, predict = (0, log.trained), (log.trained, log.validated)
        found = run(peer, python, log, train=train, predict=predict, config=offered, seed=0, trial=True, keep=keep)
        loss = float(losses(clicked, found.chance).mean())
        spent += found.cpu
        if loss < best:
            best, config = loss, found.config
    return config, spent


def _judged(log: Log, done: dict[Peer, list[Run]], tuning: dict[str, float]) -> tuple[Judged, ...]:
    first, last = log.validated, log.rows
    court = judge(log.clicked(first, last), log.users(first, last), seed=0)
    groups, truth = log.groups(first, last), log.chance(first, last)
    known = None if truth is None else float(losses(court.clicked, truth).mean())
    middle = {peer: _middle(court, runs) for peer, runs in done.items()}
    lost = {peer: losses(court.clicked, found.chance) for peer, found in middle.items()}
    best = min(lost.values(), key=lambda loss: float(loss.mean()), default=np.zeros(0))
    rows = [
        _row(
            court=court,
            log=log,
            peer=peer,
            middle=middle[peer],
            runs=runs,
            groups=groups,
            tuning=tuning,
            known=known,
            best=best,
        )
        for peer, runs in done.items()
    ]
    return tuple(sorted(rows, key=lambda row: row.quality.log_loss.value))


def _middle(court: Judge, runs: list[Run]) -> Run:
    ordered = sorted(runs, key=lambda found: float(losses(court.clicked, found.chance).mean()))
    return ordered[(len(ordered) - 1) // 2]


def _row(
    *,
    court: Judge,
    log: Log,
    peer: Peer,
    middle: Run,
    runs: list[Run],
    groups: NDArray[np.int64],
    tuning: dict[str, float],
    known: float | None,
    best: NDArray[np.float64],
) -> Judged:
    found = quality(court, middle.chance, groups)
    busy = [sum(cpu for name, (cpu, _) in each.phases.items() if name != "predict") for each in runs]
    return Judged(
        name=peer.name,
        says=peer.says,
        quality=found,
        excess=None if known is None else found.log_loss.value - known,
        behind=difference(court, losses(court.clicked, middle.chance), best),
        rows_per_second=log.validated / max(1e-9, statistics.median(busy)),
        cpu=statistics.median(each.cpu for each in runs),
        wall=statistics.median(each.wall for each in runs),
        peak_megabytes=statistics.median(each.peak_megabytes for each in runs),
        tuning=tuning[peer.name],
        config=middle.config,
    )
