"""python -m benchmarks learn: adtailor.learn beside the learners people use, on made logs and on real ones."""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.environments import kept
from benchmarks.learn.comparison import compare
from benchmarks.learn.environments import installed_megabytes, python_of, versions
from benchmarks.learn.logs import laid_down
from benchmarks.learn.peers import PEERS, Peer
from benchmarks.learn.runs import ONE_THREAD
from benchmarks.learn.table import as_json, markdown
from benchmarks.learn.worlds import WORLDS, world

QUICK_ROWS = 20_000
QUICK = ("vw-linear", "sklearn-logreg", "lightgbm", "adtailor-fm")


def main(arguments: list[str]) -> int:
    """Parse, compare, print one table a log."""
    told = _told(arguments)
    talk = Console(stderr=True)
    if told.micro:
        return _speeds(told, talk)
    peers = _peers(told.peers, quick=told.quick)
    compared = []
    with talk.status("laying down the logs") as status:
        for name in told.world:
            log = laid_down(world(name, rows=told.rows, seed=told.seed), told.envs / "logs", seed=told.seed)
            found = compare(
                log,
                peers,
                envs=told.envs / "environments",
                rounds=told.rounds,
                trials=told.trials,
                keep=told.envs / "runs" if told.resume else None,
                say=status.update,
            )
            compared.append(found)
    installed = {peer.name: _size(peer, told.envs / "environments") for peer in peers}
    sizes = {name: size for name, size in installed.items() if size is not None}
    pinned = {peer.says: versions(peer.environment).get(peer.package) for peer in peers}
    if told.json:
        answer = {
            "command": " ".join(["python", "-m", "benchmarks", "learn", *arguments]),
            "date": datetime.now(UTC).date().isoformat(),
            "machine": _machine(),
            "versions": pinned,
            "logs": [as_json(found, sizes) for found in compared],
        }
        print(json.dumps(answer, indent=1))
    else:
        print(
            f"{datetime.now(UTC).date().isoformat()}, {_machine()}, one thread each; median of {told.rounds} rounds\n"
        )
        print("\n\n".join(markdown(found, sizes) for found in compared))
        print("\nVersions: " + ", ".join(f"{name} {number}" for name, number in pinned.items() if number))
    return 0


def _speeds(told: argparse.Namespace, talk: Console) -> int:
    with talk.status("measuring adtailor.learn"):
        log = laid_down(world("criteo", rows=told.rows, seed=told.seed), told.envs / "logs", seed=told.seed)
        python = python_of("adtailor", told.envs / "environments")
        asked = [str(python), "-m", "benchmarks.learn.micro", str(log.folder), str(told.rounds)]
        said = subprocess.run(asked, check=True, stdout=subprocess.PIPE, env=os.environ | ONE_THREAD)
    found = [tuple(row) for row in json.loads(said.stdout)]
    size = installed_megabytes("adtailor", told.envs / "environments")
    found.append(("what adtailor.learn needs, installed", f"{size:.0f} MB", "400 MB"))
    if told.json:
        print(json.dumps([{"figure": figure, "measured": value, "goal": goal} for figure, value, goal in found]))
        return 0
    print("| figure | measured | goal |\n|---|---|---|")
    print("\n".join(f"| {figure} | {value} | {goal} |" for figure, value, goal in found))
    return 0


def _told(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks learn", description=__doc__)
    names = [peer.name for peer in PEERS]
    parser.add_argument("--peers", default="", metavar="A,B", help=f"only these of {', '.join(names)}")
    parser.add_argument("--world", action="append", choices=WORLDS, help="a log; may be repeated (default: all)")
    parser.add_argument("--rows", type=int, default=300_000, help="of a made log (default: 300000)")
    parser.add_argument("--rounds", type=int, default=3, help="trainings to take the median of (default: 3)")
    parser.add_argument("--trials", type=int, default=3, help="settings each may try, of its three (default: 3)")
    parser.add_argument("--seed", type=int, default=1, help="of the made logs (default: 1)")
    parser.add_argument("--envs", type=Path, default=kept(), help="where environments and logs are kept")
    parser.add_argument("--resume", action="store_true", help="do not repeat runs whose answers are kept there")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS} rows, one round, the four fastest learners")
    parser.add_argument("--micro", action="store_true", help="the speeds of adtailor.learn by themselves, no peers")
    parser.add_argument("--json", action="store_true", help="nothing rounded, and the settings each chose")
    told = parser.parse_args(arguments)
    told.world = told.world or list(WORLDS)
    if told.quick:
        told.rows, told.rounds = min(told.rows, QUICK_ROWS), 1
    if told.rows < 1_000:
        parser.error(f"--rows {told.rows}: at least 1000, or the parts say nothing")
    if told.rounds < 1 or not 1 <= told.trials <= 3:
        parser.error(f"--rounds {told.rounds} --trials {told.trials}: at least one round, and one to three trials")
    return told


def _peers(asked: str, *, quick: bool) -> tuple[Peer, ...]:
    wanted = [name for name in asked.split(",") if name] or (list(QUICK) if quick else [peer.name for peer in PEERS])
    unknown = set(wanted) - {peer.name for peer in PEERS}
    if unknown:
        known = ", ".join(peer.name for peer in PEERS)
        sys.exit(f"there is no learner called {', '.join(sorted(unknown))}: one of {known}")
    return tuple(peer for peer in PEERS if peer.name in wanted)


def _size(peer: Peer, envs: Path) -> float | None:
    """None where it could not be installed."""
    return installed_megabytes(peer.environment, envs) if (envs / peer.environment / ".ready").exists() else None


def _machine() -> str:
    """The kind, not the name: processor and Python."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [
            line.split(":", 1)[1].strip()
            for line in info.read_text("utf-8").splitlines()
            if line.startswith("model name")
        ]
        model = named[0] if named else model
    return f"{model}, Python {platform.python_version()}"
