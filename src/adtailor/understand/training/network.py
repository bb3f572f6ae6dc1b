"""The student as a function of its weights: a small BERT, pooled twice, and one linear map for all heads."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import ModelUnavailable

Tensor = Any
"""A torch.Tensor: PyTorch is never installed where this is checked."""
Weights = dict[str, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the encoder, and from after which of its layers the second pooled half is taken."""

    layers: int = 6
    width: int = 384
    inner: int = 1536
    heads: int = 12
    epsilon: float = 1e-12
    middle: int = 4

    @property
    def vector(self) -> int:
        """Length of the vector that heads and topics read."""
        return 2 * self.width


def read_safetensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """The float32 arrays of a `.safetensors` file: a JSON header of offsets, then the bytes."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header: Mapping[str, Any] = json.loads(file.read(size))
        data = file.read()
    arrays: dict[str, NDArray[np.float32]] = {}
    for name, about in header.items():
        if name == "__metadata__" or about["dtype"] != "F32":
            continue
        start, end = about["data_offsets"]
        arrays[name] = np.frombuffer(data[start:end], dtype="<f4").reshape(about["shape"]).copy()
    if "embeddings.word_embeddings.weight" not in arrays:
        raise ModelUnavailable(f"{path} holds no BERT encoder", hint="name the model.safetensors of all-MiniLM-L6-v2")
    return arrays


def pooled(
    torch: Any,
    weights: Weights,
    ids: Tensor,
    mask: Tensor | None,
    *,
    shape: Shape,
    dropout: float = 0.0,
    watch: Callable[[str, Tensor], None] = lambda _site, _x: None,
) -> Tensor:
    """Mean over the tokens after the middle layer and after the last, (texts, 2 x width).

    `ids` is (texts, tokens); `mask` is 1 for tokens and 0 for padding, None where there is no padding. `watch` is shown
    what enters each product of matrices.
    """
    functional = torch.nn.functional

    def norm(x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(
            x, (shape.width,), weights[f"{name}.weight"], weights[f"{name}.bias"], shape.epsilon
        )

    def linear(x: Tensor, name: str) -> Tensor:
        return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def dropped(x: Tensor) -> Tensor:
        return functional.dropout(x, dropout) if dropout else x

    texts, tokens = ids.shape
    attended = None if mask is None else mask[:, None, None, :].bool()

    def split(x: Tensor) -> Tensor:
        return x.view(texts, tokens, shape.heads, shape.width // shape.heads).transpose(1, 2)

    def mean(x: Tensor) -> Tensor:
        if mask is None:
            return x.float().mean(1)
        weight = mask[:, :, None].float()
        return (x.float() * weight).sum(1) / weight.sum(1)

    x = functional.embedding(ids, weights["embeddings.word_embeddings.weight"])
    x = (
        x
        + weights["embeddings.position_embeddings.weight"][:tokens]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = dropped(norm(x, "embeddings.LayerNorm"))
    halves: list[Tensor] = []
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}"
        watch(f"{layer}.in", x)
        query, key, value = (split(linear(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=attended)
        mixed = mixed.transpose(1, 2).reshape(texts, tokens, shape.width)
        watch(f"{layer}.mixed", mixed)
        x = norm(x + dropped(linear(mixed, f"{name}.attention.output.dense")), f"{name}.attention.output.LayerNorm")
        watch(f"{layer}.middle", x)
        grown = functional.gelu(linear(x, f"{name}.intermediate.dense"))
        watch(f"{layer}.grown", grown)
        x = norm(x + dropped(linear(grown, f"{name}.output.dense")), f"{name}.output.LayerNorm")
        if layer + 1 in {shape.middle, shape.layers}:
            halves.append(mean(x))
    return torch.cat(halves, dim=1)


def padded(torch: Any, rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor | None]:
    """Token ids as one tensor, and the mask of what is no padding, None where all are of one length."""
    longest = max(map(len, rows))
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row, dtype=torch.long)
    if all(len(row) == longest for row in rows):
        return ids, None
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], dtype=torch.long)
    return ids, mask
