"""Posts in, durable before the 202, and their readings out."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Raw, Struct
from msgspec.structs import replace

from adtailor.domain.checks import checked_id
from adtailor.domain.ids import PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading
from adtailor.errors import AdtailorError, InvalidInput, UnknownId, under
from adtailor.journeys.fetch_photos import FetchPhotos
from adtailor.service.answers import Asked, answer, refusal
from adtailor.service.doors import Doors
from adtailor.service.operations import SITES, Operation
from adtailor.service.wire.decoding import decode
from adtailor.service.wire.posts import PostWire, post_from_wire
from adtailor.service.wire.problems import Problem, problem_of
from adtailor.service.wire.readings import ReadingWire, reading_to_wire

MOST_BYTES = 64 * 2**20
"""Twenty pictures of two megabytes, in base64, and room to spare."""
MOST_POSTS = 1000
MOST_FETCHED = 40
"""Pictures that are named by their address, in one call."""


class PhotoNotFetched(Struct, frozen=True, kw_only=True):
    """A photo by its place in the post, and why it is not there."""

    photo: int
    reason: str


class PostTaken(Struct, frozen=True, kw_only=True):
    """`accepted` is stored and will be read; `known` was there already and is left as it was; `refused` says why."""

    index: int = 0
    id: str | None = None
    status: Literal["accepted", "known", "refused"]
    not_fetched: tuple[PhotoNotFetched, ...] = ()
    """Of photos that are named by an address, those that the post was taken without."""
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
            [(one, missing)] = _with_pictures(doors, [decode(raw, PostWire)])
            if isinstance(one, AdtailorError):
                raise one
            return answer(_taken(doors, [one], [missing])[0], status=202)
        items = decode(raw, list[Raw])
        if not 1 <= len(items) <= MOST_POSTS:
            raise InvalidInput(f"{len(items)} posts", hint=f"send 1 to {MOST_POSTS} at a time")
        results: dict[int, PostTaken] = {}
        wires: dict[int, PostWire] = {}
        for index, item in enumerate(items):
            try:
                wires[index] = decode(bytes(item), PostWire)
            except AdtailorError as error:
                results[index] = PostTaken(index=index, status="refused", problem=problem_of(error))
        good: dict[int, tuple[Post, tuple[PhotoNotFetched, ...]]] = {}
        for index, (one, missing) in zip(wires, _with_pictures(doors, list(wires.values())), strict=True):
            if isinstance(one, AdtailorError):
                results[index] = PostTaken(index=index, status="refused", problem=problem_of(one))
            else:
                good[index] = one, missing
        taken = _taken(doors, [one for one, _ in good.values()], [missing for _, missing in good.values()])
        for index, one in zip(good, taken, strict=True):
            results[index] = replace(one, index=index)
        told = tuple(results[index] for index in range(len(items)))
        return answer(PostsTaken(results=told), status=202) if good else _all_refused(told)

    @post("/v1/posts", status_code=202, request_max_body_size=MOST_BYTES)
    async def take_posts(request: Asked) -> Response[bytes]:
        return await sync_to_thread(take, await request.body())

    @get("/v1/posts/{post_id:str}/reading")
    async def tell_reading(post_id: FromPath[str]) -> Response[bytes]:
        return answer(reading_to_wire(await sync_to_thread(_reading, doors, post_id)))

    return [take_posts, tell_reading]


def _with_pictures(
    doors: Doors, wires: Sequence[PostWire]
) -> list[tuple[Post | AdtailorError, tuple[PhotoNotFetched, ...]]]:
    """Each post with the pictures that its photos' addresses name, or why it cannot be taken.

    All are fetched at once, in the time of one; nothing is for a post that is refused anyhow.
    """
    places = [[n for n, photo in enumerate(one.photos) if photo.url is not None] for one in wires]
    fetch, many = doors.fetch_photos, sum(map(len, places))
    if fetch is None or not many:
        return [(_judged(one, None), ()) for one in wires]
    if many > MOST_FETCHED:
        error = InvalidInput(f"{many} pictures to fetch", hint=f"at most {MOST_FETCHED} at a time", field="photos")
        return [(error, ()) for _ in wires]
    posts = [_checked(one, where, fetch) for one, where in zip(wires, places, strict=True)]
    wanted = [
        (number, n, post.author_id)
        for number, (post, where) in enumerate(zip(posts, places, strict=True))
        if isinstance(post, Post)
        for n in where
    ]
    found = fetch.fetched([(author, wires[number].photos[n].url or "") for number, n, author in wanted])
    told: list[tuple[Post | AdtailorError, tuple[PhotoNotFetched, ...]]] = [(post, ()) for post in posts]
    for number, wire in enumerate(wires):
        mine = {n: one for (whose, n, _), one in zip(wanted, found, strict=True) if whose == number}
        if mine:
            pictures = {n: one if isinstance(one, bytes) else None for n, one in mine.items()}
            missing = tuple(PhotoNotFetched(photo=n, reason=one) for n, one in mine.items() if isinstance(one, str))
            told[number] = _judged(wire, pictures), missing
    return told


def _checked(wire: PostWire, places: Sequence[int], fetch: FetchPhotos) -> Post | AdtailorError:
    """The post without the pictures at these places, whose addresses may be fetched; or why it cannot be taken."""
    try:
        for n in places:
            with under(f"photos[{n}]"):
                fetch.check(wire.photos[n].url or "")
    except AdtailorError as error:
        return error
    return _judged(wire, dict.fromkeys(places))


def _judged(wire: PostWire, pictures: Mapping[int, bytes | None] | None) -> Post | AdtailorError:
    try:
        return post_from_wire(wire, pictures=pictures)
    except AdtailorError as error:
        return error


def _taken(doors: Doors, posts: Sequence[Post], missing: Sequence[tuple[PhotoNotFetched, ...]]) -> list[PostTaken]:
    if not posts:
        return []
    new = doors.read_posts.accept(posts, now=doors.clock.now())
    doors.posts_arrived()
    return [
        PostTaken(id=post.id, status="accepted" if is_new else "known", not_fetched=absent)
        for post, is_new, absent in zip(posts, new, missing, strict=True)
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
