"""python -m benchmarks oracles: the statistics of trials beside statsmodels, tea-tasting and GrowthBook's gbstats."""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from benchmarks.environments import kept
from benchmarks.oracles.asking import ORACLES, Answer, asked, keep
from benchmarks.oracles.comparison import SAME, Check, checks
from benchmarks.oracles.made import made
from benchmarks.oracles.ours import answers


def main(arguments: list[str]) -> int:
    """Ask, compare, print one table; 1 where a figure is further off than it may be, or an oracle cannot be asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks oracles", description=__doc__)
    parser.add_argument("--envs", type=Path, default=kept(), help="where environments are kept")
    parser.add_argument("--write", action="store_true", help="keep what was said for the tests")
    parser.add_argument("--json", action="store_true", help="every figure")
    told = parser.parse_args(arguments)
    talk = Console(stderr=True)
    columns = made()
    ours = answers(columns)
    said: dict[str, Answer] = {}
    found: list[Check] = []
    absent: dict[str, str] = {}
    for oracle in ORACLES:
        with talk.status(f"asking {oracle.name}; its environment is made first, where there is none"):
            try:
                said[oracle.name] = asked(oracle, columns, ours, envs=told.envs / "oracles")
            except OSError as error:
                absent[oracle.name] = str(error)
                continue
        found += checks(oracle.name, ours, said[oracle.name].says)
    if told.json:
        print(json.dumps({"skipped": absent, "checks": [{**asdict(one), "holds": one.holds} for one in found]}))
    else:
        print("\n".join(table(found, {name: one.version for name, one in said.items()})))
        print("".join(f"\nnot asked: {name}: {why}" for name, why in absent.items()))
    if told.write:
        if absent:
            print("nothing was written: not all could be asked", file=sys.stderr)
            return 1
        keep(columns, said)
    return int(bool(absent) or not all(one.holds for one in found))


def table(found: Iterable[Check], versions: dict[str, str]) -> Iterator[str]:
    """A row for what is the same, by oracle and question, and one for each definition that is another."""
    rows: defaultdict[tuple[str, str, str], list[Check]] = defaultdict(list)
    for one in found:
        question = one.figure.rsplit("/", 1)[0].split(": ")[-1]
        if question.startswith("people for"):
            question = "people for an effect" + (", by t" if question.endswith("by t") else "")
        if one.definition is None:
            rows[one.oracle, question, "the same"].append(one)
        else:
            quantity = one.figure.rsplit("/", 1)[1].split()[0].replace("high", "interval").replace("low", "interval")
            name = "relative interval" if quantity == "relative" else f"{question}: {quantity}"
            rows[one.oracle, name, f"{one.definition.why} ({one.definition.unit})"].append(one)
    yield "| oracle | what | figures | furthest off | may be | because |"
    yield "|---|---|---|---|---|---|"
    for (oracle, what, why), own in sorted(rows.items(), key=lambda row: (row[0][0], row[0][2] != "the same")):
        worst = max(own, key=lambda one: one.off)
        marked = "" if all(one.holds for one in own) else " **no**"
        most = f"{SAME:g}" if worst.definition is None else f"{worst.most:g}"
        yield f"| {oracle} {versions[oracle]} | {what} | {len(own)} | {worst.off:.2g}{marked} | {most} | {why} |"
