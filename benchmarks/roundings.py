"""How far the vectors of one network are from those of another: `python -m benchmarks.roundings OLD.onnx NEW.onnx`.

Networks for texts read comments of goemotions/dev, networks for photos those of clothing/dev, from the folder in
$ADTAILOR_TEST_DATA. The digests are of the vectors' bits: run on another processor, or an emulated one
(`qemu-x86_64 -cpu Haswell .venv/bin/python -m benchmarks.roundings ...`), they are the same if nothing saturates.
"""

import argparse
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from adtailor.domain.post import Photo
from adtailor.engines.image_onnx import SIDE
from adtailor.engines.onnx_session import session
from adtailor.engines.text_onnx import TOKENIZER, OnnxTextEncoder
from adtailor.understand.cleaning import clean
from adtailor.understand.photos import decode
from adtailor_weights import FOLDER

Vectors = NDArray[np.float32]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the cosines, and the digest of each network's vectors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roundings", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--count", type=int, default=150, help="texts or photos")
    chosen = parser.parse_args(arguments)
    old, new = (vectors(path, chosen.count) for path in (chosen.old, chosen.new))
    for path, found in ((chosen.old, old), (chosen.new, new)):
        print(f"{hashlib.sha256(found.tobytes()).hexdigest()[:16]} {path}")
    middle = old.mean(axis=0)
    for name, cosine in (("cosines", cosines(old, new)), ("about the mean", cosines(old - middle, new - middle))):
        print(f"{name}: {cosine.mean():.4f}, least {cosine.min():.4f}, of {len(cosine)}")


def vectors(path: Path, count: int) -> Vectors:
    """What the network makes of the first texts or photos by the hash of each, shape (count, width)."""
    network = session(path, ("CPUExecutionProvider",))
    if network.get_inputs()[0].name == "ids":
        texts = [clean(text) for (text,) in _rows("goemotions/dev", "text", "md5(text)", count)]
        return OnnxTextEncoder.unsealed(path, FOLDER / TOKENIZER.path).encode(texts)
    photos = _rows("clothing/dev_224px", "jpg", "sha256(jpg)", count)
    return np.stack([_pooled(network, decode(Photo(data=jpg), side=SIDE)) for (jpg,) in photos])


def cosines(a: Vectors, b: Vectors) -> Vectors:
    """Of each row with the other's."""
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def _pooled(network: ort.InferenceSession, picture: NDArray[np.uint8]) -> Vectors:
    """The mean of the cells; the float network of `convert_efficientnet.py --float` gives it itself."""
    found = np.asarray(network.run(None, {"pictures": picture[None]})[0][0], dtype=np.float32)
    return found if found.ndim == 1 else found.mean(axis=(0, 1))


def _rows(name: str, column: str, order: str, count: int) -> list[tuple]:
    import duckdb

    file = Path(os.environ["ADTAILOR_TEST_DATA"]) / f"{name}.parquet"
    query = f"SELECT {column} FROM read_parquet(?) ORDER BY {order} LIMIT {count}"  # names of ours
    with duckdb.connect() as connection:
        return connection.execute(query, [str(file)]).fetchall()


if __name__ == "__main__":
    main()
