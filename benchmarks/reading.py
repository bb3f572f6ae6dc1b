"""How fast words are read, on one core, every part and the language told: guards the network and what is around it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median, quantiles

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import PARTS
from adtailor.engines.text_onnx import OnnxTextEncoder
from adtailor.understand.cleaning import clean
from adtailor.understand.text import build_text_reader
from adtailor_weights import FOLDER

POSTS = 512
ROUNDS = 3
SINGLE = 100
STARTS = (
    "Took the early train to the coast and had the whole beach to myself,",
    "My sister finally finished her thesis after four years of late nights,",
    "We repainted the kitchen in a warm yellow over the long weekend,",
    "Three meetings before lunch and the printer gave up again,",
    "Found a vintage denim jacket at the market for almost nothing,",
    "The away team scored twice in the last minute of the match,",
    "Trying a new recipe for lentil soup with lemon and cumin tonight,",
    "Our old dog slept through the whole thunderstorm like a stone,",
)
ENDS = (
    "and now I need a long nap 😴",
    "who would have thought?",
    "honestly the best day in weeks!",
    "more of this please #weekend",
    "I will tell you all about it tomorrow.",
    "anyone else?",
    "and the coffee was terrible, as always.",
    "send cake.",
)


def run() -> list[tuple[str, str, str]]:
    """Posts per second with every part, and the wait for one post."""
    encoder = OnnxTextEncoder(threads=1)
    reader = build_text_reader(encoder, FOLDER / "text")
    posts = [_post(number) for number in range(POSTS)]
    everything = [frozenset(PARTS)] * POSTS
    tokens = sum(encoder.count_tokens(clean(post.text)) for post in posts) / POSTS
    reader.read(posts[:32], everything[:32])
    # The best of a few: what the program needs, rather than what others on the machine left over.
    times = [_timed(lambda: reader.read(posts, everything)) for _ in range(ROUNDS)]
    wall, cpu = min(wall for wall, _ in times), min(cpu for _, cpu in times)
    waits = [_timed(lambda post=post: reader.read([post], everything[:1]))[0] for post in posts[:SINGLE]]
    return [
        (
            f"text, posts/s in batch, every part, {tokens:.0f} tokens each",
            f"{POSTS / wall:.0f} ({POSTS / cpu:.0f} per CPU second)",
            "at least 500 on one core",
        ),
        ("text, one post, p50", f"{median(waits) * 1000:.1f} ms", "at most 3 ms"),
        ("text, one post, p95", f"{quantiles(waits, n=20)[18] * 1000:.1f} ms", ""),
    ]


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _post(number: int) -> Post:
    start, end = STARTS[number % len(STARTS)], ENDS[number // len(STARTS) % len(ENDS)]
    return Post(
        id=PostId(f"p{number}"),
        author_id=PersonId("ana"),
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        text=f"{start} {end}",
    )
