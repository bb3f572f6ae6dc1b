"""What reading costs: posts and photos per second of one core, the wait for one post, and memory."""

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.quality.rows import Missing, Row
from benchmarks.quality.words import offers

from adtailor.domain.reading import PARTS

SINGLE = 200

_MEMORY = """
import resource, sys
from datetime import UTC, datetime
from io import BytesIO
import numpy as np
from PIL import Image
from adtailor import assemble
from adtailor.domain.post import Photo, Post
from adtailor.domain.reading import PARTS
text, look = assemble.text_reader(), assemble.look_reader()
now, words = datetime(2026, 1, 1, tzinfo=UTC), "A long walk by the lake with friends."
post = Post(id="p", author_id="a", created_at=now, text=words, language="en")
text.read([post] * 32, [frozenset(PARTS)] * 32)
file = BytesIO()
Image.fromarray(np.full((640, 480, 3), 120, dtype=np.uint8)).save(file, "JPEG")
look.read([Photo(data=file.getvalue())] * 4)
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) for line in status if line.startswith("VmRSS")))
"""


def speed() -> Iterator[Row]:
    """Posts of about 25 tokens with every part: CPU seconds, because others at work on the machine slow the clock."""
    from benchmarks import reading

    reader = offers().text
    assert reader is not None
    everything = frozenset(PARTS)
    posts = [reading._post(number) for number in range(SINGLE)]
    for name, here, _ in reading.run():
        if "batch" in name:
            per_second = float(here.partition("(")[2].split()[0])
            yield Row(
                what=name.replace("posts/s", "posts per CPU second"),
                published="12-layer encoder 235; a quantised 6-layer MiniLM 414",
                reach="500",
                here=f"{per_second:.0f}",
                met=per_second >= 500,
                on=f"one core; {here.split()[0]} a second by the clock",
            )
    reader.read(posts, [everything] * len(posts))
    waits: list[float] = []
    for post in posts:
        started = time.process_time()
        reader.read([post], [everything])
        waits.append((time.process_time() - started) * 1e3)
    yield Row(
        what="text, one post, p50, ms of CPU",
        published="6.7 ms; a quantised 6-layer MiniLM 3.9 ms",
        reach="3 ms",
        here=f"{median(waits):.1f} ms",
        met=median(waits) <= 3.0,
        on=f"{len(posts)} posts one by one, every part",
    )


def photos() -> Iterator[Row]:
    """Photos with decoding."""
    from benchmarks.photos import run

    for name, here, _ in run():
        if name.startswith("photos read"):
            yield Row(
                what=name, published="82/s, int8", reach="90", here=here, met=float(here) >= 90, on="one core, CPU time"
            )


def memory() -> Iterator[Row]:
    """Both models loaded, in a process of their own."""
    if not sys.platform.startswith("linux"):
        raise Missing("resident memory is read from /proc, which is Linux's")
    ended = subprocess.run([sys.executable, "-c", _MEMORY], capture_output=True, text=True, timeout=300, check=False)
    if ended.returncode:
        raise Missing(ended.stderr.strip().splitlines()[-1])
    megabytes = int(ended.stdout) / 1024
    yield Row(
        what="memory of both models loaded and used", published="340 MB", reach="350 MB", here=f"{megabytes:.0f} MB",
        met=megabytes <= 350, on="resident, everything that reading imports",
    )  # fmt: skip
