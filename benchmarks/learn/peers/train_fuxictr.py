"""FuxiCTR: DCNv2 of its layers (cross network and deep network side by side), trained by its own steps."""

import tempfile

import numpy as np
import torch
from contract import asked
from encoding import Fields
from fuxictr.features import FeatureMap
from fuxictr.pytorch.layers import CrossNetV2, FeatureEmbedding, MLP_Block
from fuxictr.pytorch.models import BaseModel
from numpy.typing import NDArray

task = asked()
config = dict(task.config)
at_least, passes = config.pop("at_least"), config.pop("passes", 3)
torch.set_num_threads(1)
torch.manual_seed(task.seed)
random = np.random.default_rng(task.seed)
BATCH, DIMENSION = 1024, 16


class DCNv2(BaseModel):
    """As in FuxiCTR's model zoo, of which the package carries only the variant for long sequences."""

    def __init__(self, features: FeatureMap, *, dropout: float, embedding_regularizer: float) -> None:
        super().__init__(
            features, gpu=-1, embedding_regularizer=embedding_regularizer, net_regularizer=None, verbose=0,
            model_root=tempfile.gettempdir(), metrics=["logloss"],
        )  # fmt: skip
        width = features.sum_emb_out_dim()
        self.embedding_layer = FeatureEmbedding(features, DIMENSION)
        self.crossnet = CrossNetV2(width, 3)
        self.deep = MLP_Block(input_dim=width, output_dim=None, hidden_units=[256, 128], dropout_rates=dropout)
        self.fc = torch.nn.Linear(width + 128, 1)
        self.compile("adam", "binary_crossentropy", 1e-3)
        self.reset_parameters()
        self._max_gradient_norm = 10.0

    def forward(self, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = self.embedding_layer(self.get_inputs(inputs), flatten_emb=True)
        return {"y_pred": self.output_activation(self.fc(torch.cat([self.crossnet(x), self.deep(x)], dim=-1)))}


def batch(indices: NDArray[np.int64], scaled: NDArray[np.float32]) -> dict[str, torch.Tensor]:
    """One tensor a field, cut out of the batch's two."""
    ids, numbers = torch.from_numpy(indices), torch.from_numpy(scaled)
    found = {f"s{f}": ids[:, f] for f in range(ids.shape[1])}
    return found | {f"d{f}": numbers[:, f] for f in range(numbers.shape[1])}


def predicted(model: DCNv2) -> NDArray[np.float64]:
    model.eval()
    indices, scaled = later
    with torch.no_grad():
        parts = [
            model(batch(indices[at : at + 8192], scaled[at : at + 8192]))["y_pred"].numpy()[:, 0]
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
    features = FeatureMap("log", tempfile.gettempdir())
    features.labels = ["clicked"]
    for f, size in enumerate(fields.sizes):
        features.features[f"s{f}"] = {"type": "categorical", "source": "", "vocab_size": size}
    for f in range(table[1].shape[1]):
        features.features[f"d{f}"] = {"type": "numeric", "source": ""}
    features.num_fields, features.default_emb_dim = features.get_num_fields(), DIMENSION
    model = DCNv2(features, **config)
best, enough, chance = np.inf, 0, None
for number in range(passes):
    with task.phase("fit"):
        model.train()
        order = random.permutation(len(label))
        for at in range(0, len(label), BATCH):
            rows = order[at : at + BATCH]
            inputs = batch(table[0][rows], table[1][rows])
            model.train_step({**inputs, "clicked": torch.from_numpy(label[rows])})
    if task.trial:
        found = predicted(model)
        if loss(found) >= best:
            break
        best, enough, chance = loss(found), number + 1, found
if not task.trial:
    with task.phase("predict"):
        chance = predicted(model)
task.finish(chance, config={**task.config, "passes": enough or passes})
