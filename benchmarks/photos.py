"""Reading photos on one core, decoding included: real ones where $ADTAILOR_TEST_DATA is set, else drawn ones."""

import os
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from adtailor.domain.post import Photo
from adtailor.engines.image_onnx import OnnxImageEncoder
from adtailor.testing.drawn_clothes import KINDS, draw_garment
from adtailor.understand.colours import colours_of
from adtailor.understand.look import LookUnderstanding
from adtailor.understand.photos import decode

COUNT = 120
PHONE = (3024, 4032)
"""A photo as a phone takes it: 12 megapixels."""


def run() -> list[tuple[str, str, str]]:
    """(figure, measured, goal) of each figure; the encoder runs on one thread."""
    encoder = OnnxImageEncoder()
    reader = LookUnderstanding(encoder)
    source, photos = _photos()
    reader.read(photos[:5])  # warm up

    started = time.process_time()
    answers = reader.read(photos)
    seconds = time.process_time() - started
    assert not any(isinstance(answer, str) for answer in answers)
    large = [_jpeg(PHONE)] * 5
    started = time.process_time()
    reader.read(large)
    of_large = (time.process_time() - started) / len(large)
    pictures = np.stack([decode(photo, side=encoder.side) for photo in photos[:40]])
    return [
        (f"photos read per CPU second ({source}, decoding included)", f"{len(photos) / seconds:.0f}", "report"),
        ("one photo of 12 megapixels, ms of CPU", f"{of_large * 1e3:.0f}", "report"),
        ("encoding alone, ms per photo", f"{_each(lambda: encoder.encode(pictures), 40):.1f}", "report"),
        ("colours alone, ms per photo", f"{_each(lambda: [colours_of(p) for p in pictures], 40):.1f}", "report"),
    ]


def _each(call: Callable[[], object], count: int) -> float:
    started = time.process_time()
    call()
    return (time.process_time() - started) / count * 1e3


def _photos() -> tuple[str, list[Photo]]:
    if folder := os.environ.get("ADTAILOR_TEST_DATA"):
        import duckdb

        table = Path(folder) / "clothing" / "dev_224px.parquet"
        with duckdb.connect() as connection:
            rows = connection.execute(f"select jpg from read_parquet(?) limit {COUNT}", [str(table)]).fetchall()
        return "real, 224 px", [Photo(data=jpg) for (jpg,) in rows]
    return "drawn, 1080 px", [_jpeg((1080, 1080), kind) for kind in KINDS for _ in range(COUNT // len(KINDS))]


def _jpeg(size: tuple[int, int], kind: str = "T-Shirt") -> Photo:
    file = BytesIO()
    draw_garment(kind, (25, 35, 80)).resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return Photo(data=file.getvalue())


if __name__ == "__main__":
    for figure in run():
        print(" | ".join(figure))
