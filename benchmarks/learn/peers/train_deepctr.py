"""DeepCTR-Torch: DeepFM over one embedding a field, as its Criteo example has it."""

import numpy as np
import torch
from contract import asked
from deepctr_torch.inputs import DenseFeat, SparseFeat
from deepctr_torch.models import DeepFM
from encoding import Fields
from numpy.typing import NDArray

task = asked()
config = dict(task.config)
at_least, passes = config.pop("at_least"), config.pop("passes", 3)
torch.set_num_threads(1)
torch.manual_seed(task.seed)
BATCH, DIMENSION = 1024, 16


def inputs(rows: slice) -> dict[str, NDArray[np.float32]]:
    indices, scaled = fields.of(task.numbers(rows), task.ids(rows))
    found = {f"s{f}": indices[:, f].astype(np.float32) for f in range(indices.shape[1])}
    return found | {f"d{f}": scaled[:, f] for f in range(scaled.shape[1])}


def loss(model: DeepFM) -> float:
    held = np.clip(model.predict(later, 8192)[:, 0].astype(np.float64), 1e-7, 1 - 1e-7)
    clicked = task.clicked(task.predict)
    return float(-np.mean(np.log(np.where(clicked == 1, held, 1 - held))))


with task.phase("prepare"):
    fields = Fields(task.numbers(task.train), task.ids(task.train), at_least=at_least)
    table, later = inputs(task.train), inputs(task.predict)
with task.phase("fit"):
    sparse = [SparseFeat(f"s{f}", size, embedding_dim=DIMENSION) for f, size in enumerate(fields.sizes)]
    columns = sparse + [DenseFeat(name, 1) for name in table if name.startswith("d")]
    model = DeepFM(columns, columns, task="binary", device="cpu", seed=task.seed, **config)
    model.compile("adam", "binary_crossentropy")
best, enough, chance = np.inf, 0, None
for number in range(passes):
    with task.phase("fit"):
        model.fit(table, task.clicked(task.train).astype(np.float32), batch_size=BATCH, epochs=1, verbose=0)
    if task.trial:
        found = loss(model)
        if found >= best:
            break
        best, enough, chance = found, number + 1, model.predict(later, 8192)
if not task.trial:
    with task.phase("predict"):
        chance = model.predict(later, 8192)
task.finish(chance, config={**task.config, "passes": enough or passes})
