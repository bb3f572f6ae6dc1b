"""Vowpal Wabbit, linear or with hashed pairs of all fields, from its own text format."""

import tempfile
from pathlib import Path

import numpy as np
import vowpalwabbit
from contract import asked
from encoding import Buckets, Scale

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
task = asked()
options, at_once = task.config["options"], 10_000


def write(rows: slice, path: Path) -> None:
    """One namespace of one feature a field; 61 bits of an id fit VW's numeric names."""
    with path.open("w", encoding="ascii") as text:
        for first in range(rows.start, rows.stop, at_once):
            part = slice(first, min(first + at_once, rows.stop))
            indices = np.hstack([task.ids(part) >> 2, buckets.indices(task.numbers(part))])
            form = "%d " + " ".join(f"|{LETTERS[f]} %d" for f in range(indices.shape[1]))
            form += " |0 " + " ".join(f"{f}:%.4f" for f in range(task.numbers(part).shape[1])) + "\n"
            scaled = scale.values(task.numbers(part))
            label = task.clicked(part).astype(np.int64) * 2 - 1
            for y, of_row, numbers in zip(label.tolist(), indices.tolist(), scaled.tolist(), strict=True):
                text.write(form % (y, *of_row, *numbers))


with tempfile.TemporaryDirectory(dir=task.out.parent) as folder:
    text, later, said = (Path(folder) / name for name in ("train.txt", "later.txt", "said.txt"))
    with task.phase("prepare"):
        buckets, scale = Buckets(task.numbers(task.train)), Scale(task.numbers(task.train))
        write(task.train, text)
        write(task.predict, later)
    fields = LETTERS[: task.ids(task.train).shape[1] + task.numbers(task.train).shape[1]]
    command = f"--loss_function logistic --quiet --random_seed {task.seed} {options.replace('FIELDS', fields)}"
    with task.phase("fit"):
        model = vowpalwabbit.Workspace(f"-d {text} -f {folder}/model {command}")
        model.finish()
    with task.phase("predict"):
        model = vowpalwabbit.Workspace(f"-d {later} -t -i {folder}/model --quiet --link logistic -p {said}")
        model.finish()
        chance = np.loadtxt(said)
task.finish(chance)
