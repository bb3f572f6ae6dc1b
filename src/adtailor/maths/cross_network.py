r"""A low-rank cross network, forwards and backwards, in plain matrix products (DCN V2; Wang and others, 2021).

$$x_{l+1} = x_0 \odot (U_l V_l^\top x_l + b_l) + x_l, \qquad z = w \cdot x_L + c$$

Rows are examples: $x$ has shape (rows, d), $U$ and $V$ (d, rank).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.factorization import first_number

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Parameters, or slopes by them: shapes (layers, d, rank), the same, (layers, d), (d,) and (1,)."""

    u: F32
    v: F32
    b: F32
    w: F32
    c: F32

    def arrays(self) -> tuple[F32, ...]:
        """All of them, in order."""
        return self.u, self.v, self.b, self.w, self.c


def first_network(d: int, *, rank: int, layers: int, random: np.random.Generator) -> Network:
    """Small numbers to begin with: U and V of size 1/sqrt(d), the head a tenth of that."""
    size = 1.0 / np.sqrt(d)

    def drawn(*shape: int) -> F32:
        return (random.normal(0.0, size, shape)).astype(np.float32)

    return Network(
        u=drawn(layers, d, rank),
        v=drawn(layers, d, rank),
        b=np.zeros((layers, d), dtype=np.float32),
        w=drawn(d) * np.float32(0.1),
        c=np.zeros(1, dtype=np.float32),
    )


def forward(network: Network, x0: F32) -> tuple[F32, list[F32]]:
    """Logits of shape (rows,), and every x_l for `backward`."""
    xs = [x0]
    for u, v, b in zip(network.u, network.v, network.b, strict=True):
        x = xs[-1]
        xs.append(x0 * ((x @ v) @ u.T + b) + x)
    return xs[-1] @ network.w + network.c[0], xs


def backward(network: Network, xs: list[F32], slope: F32) -> tuple[Network, F32]:
    """Slopes by the parameters, summed over rows, and by x_0, from the slope by each row's logit."""
    x0 = xs[0]
    du, dv, db = np.zeros_like(network.u), np.zeros_like(network.v), np.zeros_like(network.b)
    dx = slope[:, None] * network.w
    dw, dc = slope @ xs[-1], slope.sum(keepdims=True)
    dx0 = np.zeros_like(x0)
    for layer in range(len(network.u) - 1, -1, -1):
        u, v, b, x = network.u[layer], network.v[layer], network.b[layer], xs[layer]
        low = x @ v
        inner = dx * x0
        dx0 += dx * (low @ u.T + b)
        db[layer] = inner.sum(axis=0)
        du[layer] = inner.T @ low
        dlow = inner @ u
        dv[layer] = x.T @ dlow
        dx = dx + dlow @ v.T
    return Network(u=du, v=dv, b=db, w=dw, c=dc), np.asarray(dx0 + dx, dtype=slope.dtype)


@njit(cache=True, nogil=True, error_model="numpy")
def gather(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    fields: NDArray[np.int16],
    table: F32,
    width: int,
    out: F32,
) -> None:
    """x_0: for each field the summed vectors of its entries; `out` has shape (rows, fields * width)."""
    for i in range(len(out)):
        for m in range(out.shape[1]):
            out[i, m] = 0.0
        for p in range(starts[i], starts[i + 1]):
            row = np.int64(rows[p])
            row = row if row >= 0 else ~row
            to = fields[p] * width
            for j in range(width):
                out[i, to + j] += table[row, j] * values[p]


@njit(cache=True, nogil=True, error_model="numpy")
def scatter(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    fields: NDArray[np.int16],
    table: F32,
    width: int,
    slopes: F32,
    rate: np.float32,
    scale: np.float32,
    seed: np.uint64,
) -> None:
    """AdaGrad steps of the vectors by the slopes of x_0, row by row; `table` has shape (rows, 2 * width)."""
    for i in range(len(slopes)):
        for p in range(starts[i], starts[i + 1]):
            row, x = np.int64(rows[p]), values[p]
            row = row if row >= 0 else ~row
            of = fields[p] * width
            own = table[row]
            if own[width] == 0.0:
                for j in range(width):
                    own[j] = scale * first_number(seed, np.uint64(row), np.uint64(width), np.uint64(j))
                    own[width + j] = np.float32(1.0)
            for j in range(width):
                g = slopes[i, of + j] * x
                grown = own[width + j] + g * g
                own[width + j] = grown
                own[j] -= rate * g / np.sqrt(grown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Adam's running means (Kingma and Ba, 2015); changed in place."""

    first: Network
    second: Network
    steps: NDArray[np.int64]


def adam(network: Network, slopes: Network, moments: Moments, rate: float) -> None:
    """One step, in place, with the usual .9 and .999."""
    moments.steps[0] += 1
    n = int(moments.steps[0])
    size = rate * np.sqrt(1.0 - 0.999**n) / (1.0 - 0.9**n)
    for value, slope, m, s in zip(
        network.arrays(), slopes.arrays(), moments.first.arrays(), moments.second.arrays(), strict=True
    ):
        m += np.float32(0.1) * (slope - m)  # noqa: PLW2901 - in place
        s += np.float32(0.001) * (slope * slope - s)  # noqa: PLW2901 - in place
        value -= np.float32(size) * m / (np.sqrt(s) + np.float32(1e-8))  # noqa: PLW2901 - in place
