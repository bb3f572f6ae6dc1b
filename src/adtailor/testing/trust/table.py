"""docs/trust.md, made of the proofs: `python -m adtailor.testing.trust.table TESTS` prints it."""

import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from adtailor.testing.trust import proofs

_TEST = re.compile(r"def test_((?:t\d\d_)+)")
OPENING = """# Trust: what is promised, and how it is tried
`adtailor trust` tries each of these on the installation that it is typed at: the real application, store, models,
policy and decisions, in folders that are thrown away. It prints how many cases were tried and what came of them, and
ends with exit code 1 if a promise is broken. Nothing that is yours is read or changed.

```console
$ adtailor trust                       # all of them, some minutes
$ adtailor trust --only 1,5,13 --seed 7
$ adtailor trust --json
$ adtailor trust --page trust.html     # the scoreboard as a page to publish
$ adtailor trust --full                # many more cases, and the figures below: some hours on two slow cores
```

A promise that fails is listed with the case that breaks it, made as small as it gets. The seed that is printed tries
the same cases again. What a machine lacks, as a browser, is said in the row.

`--full` also prints: violations of the stress ladder in 1,000,000 auctions (0), differing bytes without consent in
100,000 pairs of histories (0), explanations that differ from leaving signals out in 100,000 decisions (0), what a
deletion leaves behind (0) and how long it takes among 1,000,000 readings (at most 60 s), how well the ads that were
shown tell who is stressed (an AUC of at most .52), changes by posts that give orders (0), and the share of a decision
that goes into consents, vetoes and explanations (at most 10 %).

Of 2026-11-26, two cores: all 39 held in 18,867 cases, in 127 s (`--seed 11`); violations of the stress ladder 0 in
150,457 auctions (`--only 1 --cases 150000 --seed 7`), differing bytes 0 in 19,360 pairs (`--only 5 --cases 12000 --seed
7`), explanations 0 in 100,000 decisions (`--full --only 13 --seed 7`); 0.8 s to forget somebody among 1,000,000
readings, and nothing left, and 8.8 % of a decision (the functions of `testing/trust/figures.py` that `--full` calls);
an AUC of .500 and 0 of 472 posts that give orders, with the weights before they were rounded again. A million auctions
and a hundred thousand pairs take an hour each, and were not run. Of 1,115 small changes to the code of well-being and
consent tests notice 1,078 (`make mutants`), 96.7 %.

A proof counts only if it finds a system that breaks its promise: `tests/trust/faults.py` holds one for each.
"""


def tests_by_promise(tests: Path) -> Mapping[int, list[str]]:
    """The files with tests of each promise."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for file in sorted(tests.rglob("test_*.py")):
        numbers = {int(one[1:]) for told in _TEST.findall(file.read_text("utf-8")) for one in told.split("_") if one}
        for number in numbers:
            found[number].append(f"`{file.relative_to(tests).as_posix()}`")
    return found


def table(tests: Path) -> str:
    """The whole page."""
    found = tests_by_promise(tests)
    lines = ["| # | promise | what `adtailor trust` tries | tests under `tests/` |", "|---|---|---|---|"]
    for proof in proofs():
        files = ", ".join(found.get(proof.number, ["none yet"]))
        lines.append(f"| {proof.number} | {proof.says} | {proof.tries} | {files} |")
    return f"{OPENING}\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1] if len(sys.argv) > 1 else "tests")))
