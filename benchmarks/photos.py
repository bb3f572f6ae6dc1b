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
from adtailor.understand.colours import Cloth
from adtailor.understand.look import LookUnderstanding
from adtailor.understand.photos import decode

COUNT = 120
PHONE = (3024, 4032)
"""A photo as a phone takes it: 12 megapixels."""


def run() -> list[tuple[str, str, str]]:
    """(figure, measured, goal) of each figure; the encoder runs on one thread."""
    encoder = OnnxImageEncoder()
    reader = LookUnderstanding(encoder)
    small = _real(224)
    sets = {"224 px": small, "1080 px": _real(1080)} if small else {"drawn, 1080 px": _drawn()}
    reader.read(next(iter(sets.values()))[:5])  # warm up
    found = [
        (f"photos read per CPU second ({source}, decoding included)", f"{_rate(reader, photos):.0f}", "90")
        for source, photos in sets.items()
    ]
    large = [_jpeg(PHONE)] * 5
    pictures = [decode(photo, side=encoder.side) for photo in next(iter(sets.values()))[:40]]
    reading = "ms per photo"
    return [
        *found,
        ("one photo of 12 megapixels, ms of CPU", f"{_each(lambda: reader.read(large), 5):.0f}", "report"),
        (f"decoding 1080 px alone, {reading}", f"{_each(lambda: _decoded(sets, encoder.side), COUNT):.1f}", "report"),
        (f"encoding alone, {reading}", f"{_each(lambda: [encoder.encode(p) for p in pictures], 40):.1f}", "report"),
        (f"finding cloth alone, {reading}", f"{_each(lambda: [Cloth(p) for p in pictures], 40):.1f}", "report"),
    ]


def _rate(reader: LookUnderstanding, photos: list[Photo]) -> float:
    """Photos per CPU second, the median of three rounds."""
    return float(np.median([1e3 / _each(lambda: reader.read(photos), len(photos)) for _ in range(3)]))


def _decoded(sets: dict[str, list[Photo]], side: int) -> None:
    for photo in list(sets.values())[-1]:
        decode(photo, side=side)


def _each(call: Callable[[], object], count: int) -> float:
    started = time.process_time()
    call()
    return (time.process_time() - started) / count * 1e3


def _real(side: int) -> list[Photo]:
    """Photos of the data set, with shorter sides of so many pixels; none where it is not at hand."""
    folder = os.environ.get("ADTAILOR_TEST_DATA")
    if not folder:
        return []
    import duckdb

    table = Path(folder) / "clothing" / "dev_224px.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(f"select jpg from read_parquet(?) limit {COUNT}", [str(table)]).fetchall()
    photos: list[Photo] = []
    for (jpg,) in rows:
        image = Image.open(BytesIO(jpg)).convert("RGB")
        scale = side / min(image.size)
        if scale != 1:
            image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC)
            file = BytesIO()
            image.save(file, "JPEG", quality=85)
            jpg = file.getvalue()  # noqa: PLW2901
        photos.append(Photo(data=jpg))
    return photos


def _drawn() -> list[Photo]:
    return [_jpeg((1080, 1080), kind) for kind in KINDS for _ in range(COUNT // len(KINDS))]


def _jpeg(size: tuple[int, int], kind: str = "T-Shirt") -> Photo:
    file = BytesIO()
    draw_garment(kind, (25, 35, 80)).resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return Photo(data=file.getvalue())


if __name__ == "__main__":
    for figure in run():
        print(" | ".join(figure))
