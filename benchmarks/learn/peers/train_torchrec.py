"""TorchRec on the CPU: embedding bags under Adagrad, a low-rank cross network and a deep one side by side."""

import numpy as np
import torch
from contract import asked
from encoding import Fields
from numpy.typing import NDArray
from torch import nn
from torchrec import EmbeddingBagCollection, EmbeddingBagConfig, KeyedJaggedTensor
from torchrec.modules.crossnet import LowRankCrossNet

task = asked()
config = dict(task.config)
at_least, dropout, rate, passes = config["at_least"], config["dropout"], config["rate"], config.get("passes", 3)
torch.set_num_threads(1)
torch.manual_seed(task.seed)
random = np.random.default_rng(task.seed)
BATCH, DIMENSION, RANK = 1024, 16, 64


class Model(nn.Module):
    def __init__(self, sizes: list[int], numbers: int) -> None:
        super().__init__()
        self.keys = [f"s{f}" for f in range(len(sizes))]
        tables = [
            EmbeddingBagConfig(name=key, embedding_dim=DIMENSION, num_embeddings=size, feature_names=[key],
                               init_fn=lambda weight: nn.init.normal_(weight, std=0.01))
            for key, size in zip(self.keys, sizes, strict=True)
        ]  # fmt: skip
        self.ids = EmbeddingBagCollection(tables=tables)
        width = len(sizes) * DIMENSION + numbers
        self.cross = LowRankCrossNet(width, 3, RANK)
        deep = [nn.Linear(width, 256), nn.ReLU(), nn.Dropout(dropout), nn.Linear(256, 128), nn.ReLU()]
        self.deep = nn.Sequential(*deep)
        self.out = nn.Linear(width + 128, 1)

    def forward(self, indices: NDArray[np.int64], scaled: NDArray[np.float32]) -> torch.Tensor:
        n = len(indices)
        values = torch.from_numpy(np.ascontiguousarray(indices.T)).reshape(-1)
        jagged = KeyedJaggedTensor(
            keys=self.keys, values=values, lengths=torch.ones(len(values), dtype=torch.int32), stride=n
        )
        x = torch.cat([self.ids(jagged).values(), torch.from_numpy(scaled)], dim=1)
        return self.out(torch.cat([self.cross(x), self.deep(x)], dim=1))[:, 0]


def predicted() -> NDArray[np.float64]:
    model.eval()
    indices, scaled = later
    with torch.no_grad():
        parts = [
            torch.sigmoid(model(indices[at : at + 8192], scaled[at : at + 8192])).numpy()
            for at in range(0, len(indices), 8192)
        ]
    return np.concatenate(parts).astype(np.float64)


def loss(chance: NDArray[np.float64]) -> float:
    held, clicked = np.clip(chance, 1e-7, 1 - 1e-7), task.clicked(task.predict)
    return float(-np.mean(np.log(np.where(clicked == 1, held, 1 - held))))


with task.phase("prepare"):
    fields = Fields(task.numbers(task.train), task.ids(task.train), at_least=at_least)
    table = fields.of(task.numbers(task.train), task.ids(task.train))
    later = fields.of(task.numbers(task.predict), task.ids(task.predict))
    label = task.clicked(task.train).astype(np.float32)
with task.phase("fit"):
    model = Model(fields.sizes, table[1].shape[1])
    dense = [weight for name, weight in model.named_parameters() if not name.startswith("ids.")]
    optimisers = [torch.optim.Adam(dense, 1e-3), torch.optim.Adagrad(model.ids.parameters(), rate)]
best, enough, chance = np.inf, 0, None
for number in range(passes):
    with task.phase("fit"):
        model.train()
        order = random.permutation(len(label))
        for at in range(0, len(label), BATCH):
            rows = order[at : at + BATCH]
            for optimiser in optimisers:
                optimiser.zero_grad()
            logit = model(table[0][rows], table[1][rows])
            nn.functional.binary_cross_entropy_with_logits(logit, torch.from_numpy(label[rows])).backward()
            for optimiser in optimisers:
                optimiser.step()
    if task.trial:
        found = predicted()
        if loss(found) >= best:
            break
        best, enough, chance = loss(found), number + 1, found
if not task.trial:
    with task.phase("predict"):
        chance = predicted()
task.finish(chance, config={**task.config, "passes": enough or passes})
