"""A process to be killed: forks children that follow a log until somebody kills them.

Started once (imports are slow), it forks at each line `FOLDER`, answers `pid N`, and says `dead` when the child is.
"""

import importlib.util
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from adtailor import learn


def work(folder: Path) -> None:
    """Follow for ever, writing as often as it can, whole and in deltas."""
    labels = None
    if (folder / "clicks").is_dir():
        labels = learn.Labels(log=folder / "clicks", key="decision_id", at="at", wait=timedelta(seconds=1))
    learn.follow(
        folder / "live.model", log=folder / "log", time="decided_at", labels=labels, every=0.0, look=0.001,
        most_deltas=5,
    )  # fmt: skip


def warm(folder: Path) -> None:
    """Compiled kernels are loaded once, before the children are forked."""
    spec = importlib.util.spec_from_file_location("toy_stream", Path(__file__).with_name("toy_stream.py"))
    toy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(toy)
    exact = learn.Factorization(k=1, table=learn.Exact(bits=8, admit_after=1))
    for name, model in (("a", toy.SMALL), ("b", exact)):
        (folder / name).mkdir()
        toy.append(folder / name / "a.jsonl", toy.lines(toy.columns(10, first=500)))
        learn.follow(toy.fitted(500, model=model), to=folder / f"{name}.model", log=folder / name, until_end=True)


def main() -> None:
    """Fork a child per line."""
    with tempfile.TemporaryDirectory() as folder:
        warm(Path(folder))
    for line in sys.stdin:
        child = os.fork()
        if not child:
            work(Path(line.strip()))
            os._exit(0)
        os.write(1, f"pid {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
