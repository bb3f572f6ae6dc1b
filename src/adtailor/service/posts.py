"""Posts in, durable before the 202, and their readings out."""

from collections.abc import Sequence
from typing import Annotated, Literal

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Raw, Struct

from adtailor.domain.checks import checked_id
from adtailor.domain.ids import PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading
from adtailor.errors import AdtailorError, InvalidInput, UnknownId
from adtailor.service.answers import Asked, answer, refusal
from adtailor.service.doors import Doors
from adtailor.service.operations import SITES, Operation
from adtailor.service.wire.decoding import decode
from adtailor.service.wire.posts import PostWire, decode_post
from adtailor.service.wire.problems import Problem, problem_of
from adtailor.service.wire.readings import ReadingWire, reading_to_wire

MOST_BYTES = 64 * 2**20
"""Twenty pictures of two megabytes, in base64, and room to spare."""
MOST_POSTS = 1000


class PostTaken(Struct, frozen=True, kw_only=True):
    """`accepted` is stored and will be read; `known` was there already and is left as it was; `refused` says why."""

    index: int = 0
    id: str | None = None
    status: Literal["accepted", "known", "refused"]
    problem: Problem | None = None


class PostsTaken(Struct, frozen=True, kw_only=True):
    """One result per post, in order: a bad one never loses the others."""

    results: tuple[PostTaken, ...]


class PostsRefused(Problem, frozen=True, kw_only=True):
    """Not one post of a list could be taken."""

    results: tuple[PostTaken, ...]


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/posts",
        says="Store one post, or a list of them; they are durable before the answer, and read within seconds.",
        body=PostWire | Annotated[list[PostWire], Meta(min_length=1, max_length=MOST_POSTS)],
        answers={202: (PostTaken, PostsTaken)},
        refusals=(400, 413, 422),
        roles=SITES,
    ),
    Operation(
        method="GET",
        path="/v1/posts/{post_id}/reading",
        says="What the models saw in a post, with what has not expired of it.",
        answers={200: ReadingWire},
        refusals=(404, 422),
        roles=SITES,
    ),
)


def post_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes under /v1/posts."""

    def take(raw: bytes) -> Response[bytes]:
        if raw.lstrip()[:1] != b"[":
            one = decode_post(raw)
            return answer(_taken(doors, [one])[0], status=202)
        items = decode(raw, list[Raw])
        if not 1 <= len(items) <= MOST_POSTS:
            raise InvalidInput(f"{len(items)} posts", hint=f"send 1 to {MOST_POSTS} at a time")
        results: dict[int, PostTaken] = {}
        good: dict[int, Post] = {}
        for index, item in enumerate(items):
            try:
                good[index] = decode_post(bytes(item))
            except AdtailorError as error:
                results[index] = PostTaken(index=index, status="refused", problem=problem_of(error))
        for (index, _), taken in zip(good.items(), _taken(doors, list(good.values())), strict=True):
            results[index] = PostTaken(index=index, id=taken.id, status=taken.status)
        told = tuple(results[index] for index in range(len(items)))
        return answer(PostsTaken(results=told), status=202) if good else _all_refused(told)

    @post("/v1/posts", status_code=202, request_max_body_size=MOST_BYTES)
    async def take_posts(request: Asked) -> Response[bytes]:
        return await sync_to_thread(take, await request.body())

    @get("/v1/posts/{post_id:str}/reading")
    async def tell_reading(post_id: FromPath[str]) -> Response[bytes]:
        return answer(reading_to_wire(await sync_to_thread(_reading, doors, post_id)))

    return [take_posts, tell_reading]


def _taken(doors: Doors, posts: Sequence[Post]) -> list[PostTaken]:
    if not posts:
        return []
    new = doors.read_posts.accept(posts, now=doors.clock.now())
    doors.posts_arrived()
    return [
        PostTaken(id=post.id, status="accepted" if is_new else "known") for post, is_new in zip(posts, new, strict=True)
    ]


def _reading(doors: Doors, post_id: str) -> Reading:
    wanted = PostId(checked_id(post_id, "post_id"))
    reading = doors.posts.reading(wanted, doors.clock.now())
    if reading is not None:
        return reading
    if doors.posts.post(wanted) is None:
        raise UnknownId(f"no post {post_id}", hint="send it to /v1/posts first", field="post_id")
    raise UnknownId(f"{post_id} has not been read yet", hint="ask again in a few seconds", field="post_id")


def _all_refused(told: tuple[PostTaken, ...]) -> Response[bytes]:
    first = told[0].problem
    assert first is not None  # noqa: S101 - all were refused
    return refusal(
        PostsRefused(
            title=first.title,
            status=422,
            detail=f"not one of {len(told)} posts could be taken; the first: {first.detail}",
            field=f"[0].{first.field}" if first.field else "[0]",
            hint=first.hint,
            results=told,
        )
    )
