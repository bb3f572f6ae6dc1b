"""adtailor demo: a small invented community, read by the models on this machine, with ads tailored to it."""

import os
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from adtailor import assemble
from adtailor.cli.decision_table import Names, Row, card, consent_words, print_rows
from adtailor.cli.demo_learning import live_and_learn, told
from adtailor.config.settings import Settings, load_settings
from adtailor.decide.deciding import warm_up
from adtailor.domain.checks import aware_utc
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import AdId, PersonId, PlacementId, RequestId, SiteId
from adtailor.domain.person import Person
from adtailor.domain.post import Post
from adtailor.domain.wellbeing import RestSuggestion
from adtailor.errors import InvalidInput
from adtailor.service.wire import decision_to_wire, encode, faces, reading_to_wire
from adtailor.simulate.community import Community, Member

FOLDER = Path(".demo")
ROWS = 24
ROWS_OF_ONE = 6
PIPED_WIDTH = 150
ASIDE = "An invented community; the reading and every decision are real."


def run(  # noqa: PLR0917 - typer calls it by name
    once: Annotated[bool, typer.Option("--once", help="Print one table and end, keeping nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print readings and decisions as JSON, a line each.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Begin again with a fresh community.")] = False,
    viewer: Annotated[str | None, typer.Option("--as", help="Decide for this member only, as ana.")] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="How many decisions to show.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every post beside every member, not a choice.")] = False,
    learn: Annotated[
        int, typer.Option("--learn", min=0, help="First let members visit and click this often, in a simulation.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Where chance begins: the same seed decides the same.")] = 7,
    now: Annotated[str | None, typer.Option(help="Fix the clock, as 2026-11-20T12:00:00Z.")] = None,
    data: Annotated[Path, typer.Option(help="Where the community is kept.")] = FOLDER,
    port: Annotated[int | None, typer.Option(help="Where to serve the pages, unless --once.")] = None,
) -> None:
    """Read a small community's posts, tailor ads to them, say why, and serve the pages."""
    clock = assemble.SystemClock() if now is None else assemble.FixedClock(_moment(now))
    talk = Console(stderr=True)
    with _folder(data, once=once, reset=reset) as folder:
        settings = among_invented(load_settings(folder, port=port))
        if not once:
            assemble.check_port(settings.server.host, settings.server.port)
        with talk.status("Loading the models"):
            # Which positions stay quiet follows a secret of the folder: thrown away with it, it may follow the seed.
            random_bytes = Random(seed).randbytes if once else os.urandom  # noqa: S311
            engine = assemble.open_engine(folder, settings, clock=clock, random_bytes=random_bytes)
        try:
            community = assemble.settle_community(engine)
            seconds = _read(engine, talk)
            engine.reaches.count(now=engine.clock.now())
        finally:
            engine.close()
        with _aside(engine) as copy:
            learned = live_and_learn(copy, community, visits=learn, seed=seed, talk=talk) if learn else None
            shown = _Shown(seed=seed, as_json=as_json, everything=everything, viewer=viewer, rows=rows)
            _show(copy, community, seconds, shown)
            if learned is not None and not as_json:
                print(f"\n{told(learned, settings.currency)}")
        if not once:
            _serve(folder, settings.server.host, settings.server.port, talk)


def among_invented(settings: Settings) -> Settings:
    """An ad that goes by profiles serves here however few it reaches: nobody of the demo can be found out by it."""
    if settings.deciding.least_people is not None:
        return settings
    return replace(settings, deciding=replace(settings.deciding, least_people=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What of the demo is printed, and how."""

    seed: int
    as_json: bool
    everything: bool
    viewer: str | None
    rows: int | None


@contextmanager
def _folder(data: Path, *, once: bool, reset: bool) -> Generator[Path]:
    if once:
        with tempfile.TemporaryDirectory(prefix="adtailor-demo-") as temporary:
            yield Path(temporary)
        return
    if reset and assemble.is_demo_folder(data):
        shutil.rmtree(data)
    assemble.claim_demo_folder(data)
    yield data


@contextmanager
def _aside(engine: assemble.Engine) -> Generator[assemble.Engine]:
    """A copy to decide on, so that the pages begin with every cap and card untouched."""
    with tempfile.TemporaryDirectory(prefix="adtailor-demo-") as temporary:
        folder = Path(temporary) / "copy"
        shutil.copytree(engine.data, folder)
        readers = (engine.text_reader, engine.look_reader)
        copy = assemble.open_engine(folder, engine.settings, clock=engine.clock, readers=readers)
        try:
            yield copy
        finally:
            copy.close()


def _read(engine: assemble.Engine, talk: Console) -> float:
    """Read what waits, with a bar; the seconds it took."""
    total = engine.store.posts.counts()[1]
    started = time.perf_counter()
    bar = Progress(
        TextColumn("Reading posts"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=talk,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=total)
        while done := engine.read_posts.work(now=engine.clock.now(), limit=8):
            bar.advance(task, done)
    return time.perf_counter() - started if total else 0.0


def _show(engine: assemble.Engine, community: Community, seconds: float, shown: _Shown) -> None:
    now = engine.clock.now()
    random = Random(shown.seed)  # noqa: S311 - chance of an auction, not a secret
    warm_up(engine.ranker())
    engine.catalogue.current(now)
    posts = engine.store.posts.recent(1000)
    readings = {post.id: engine.store.posts.reading(post.id, now) for post in posts}
    if shown.as_json:
        for reading in readings.values():
            if reading is not None:
                print(encode(reading_to_wire(reading)).decode())
    rows: list[Row] = []
    cards: list[tuple[str, RestSuggestion]] = []
    took: list[float] = []
    sessions: dict[PersonId, Counter[AdId]] = {}
    for number, (member, post) in enumerate(_pairs(community, posts, shown)):
        started = time.perf_counter()
        session = sessions.setdefault(member.person.person_id, Counter())
        page = engine.fill_page.fill(_request(number, member, post, session), now=now, random=random, in_words=True)
        took.append(time.perf_counter() - started)
        session.update(filled.won.ad_id for filled in page.decision.placements if filled.won is not None)
        if shown.as_json:
            print(
                encode(
                    decision_to_wire(
                        page.decision, ads=faces(community.inventory), claims=page.tokens, creatives=page.creatives
                    )
                ).decode()
            )
        rows.append(
            Row(
                viewer=member.name,
                consents=_choices(engine.people.person(member.person.person_id)),
                author=_name(community, post),
                post=post,
                reading=readings[post.id],
                decision=page.decision,
            )
        )
        if page.decision.rest_suggestion is not None:
            cards.append((member.name, page.decision.rest_suggestion))
    if shown.as_json:
        return
    out = Console() if Console().is_terminal or "COLUMNS" in os.environ else Console(width=PIPED_WIDTH)
    print_rows(out, rows, Names.of(community.inventory, engine.settings.currency))
    for whose, suggestion in cards:
        out.print(card(suggestion, whose))
    _close(out, engine, posts=posts, rows=rows, took=took, seconds=seconds, seed=shown.seed)


def _close(
    out: Console,
    engine: assemble.Engine,
    *,
    posts: Sequence[Post],
    rows: Sequence[Row],
    took: Sequence[float],
    seconds: float,
    seed: int,
) -> None:
    models = {**engine.post_reader.models, **engine.look_reader.models}
    read = f"read in {seconds:.1f} s" if seconds else "were read before"
    out.print(f"{len(posts)} posts {read} on this machine, by {', '.join(dict.fromkeys(models.values()))}.")
    shown = sum(filled.won is not None for row in rows for filled in row.decision.placements)
    out.print(
        f"{len(rows)} decisions over {len(engine.catalogue.current(engine.clock.now()))} ads, median "
        f"{1000 * statistics.median(took):.1f} ms with record and tokens; {shown} ads shown. Seed {seed}."
    )
    out.print(ASIDE, style="dim")


def _pairs(community: Community, posts: Sequence[Post], shown: _Shown) -> Iterator[tuple[Member, Post]]:
    """Who reads which post: never their own; by default posts from all over the feed, members in turn."""
    members = _members(community, shown.viewer)
    if shown.everything:
        for member in members:
            yield from ((member, post) for post in posts if post.author_id != member.person.person_id)
        return
    pairs = shown.rows or (ROWS if len(members) > 1 else ROWS_OF_ONE)
    for row in range(pairs):
        member = members[row % len(members)]
        theirs = [post for post in posts if post.author_id != member.person.person_id]
        yield member, theirs[row * len(theirs) // pairs]


def _members(community: Community, viewer: str | None) -> Sequence[Member]:
    if viewer is None:
        return community.people
    chosen = [member for member in community.people if member.person.person_id == viewer]
    if not chosen:
        known = ", ".join(member.person.person_id for member in community.people)
        raise InvalidInput(f"{viewer!r} is no member", hint=f"one of {known}", field="--as")
    return chosen


def _request(number: int, member: Member, post: Post, session: Counter[AdId]) -> DecisionRequest:
    return DecisionRequest(
        request_id=RequestId(f"demo-{number}"),
        site_id=SiteId("demo"),
        placements=(Placement(id=PlacementId(f"feed-{number}"), position=number),),
        context=Context(
            post_id=post.id, language=member.language, country=member.person.country, zone=member.zone, device="mobile"
        ),
        viewer=Viewer(person_id=member.person.person_id, age=member.person.age, session_ads_seen=dict(session)),
    )


def _choices(person: Person) -> str:
    if person.age != "adult":
        return "minor" if person.age == "minor" else "age unknown"
    if person.objected:
        return "objects to profiling"
    return consent_words(f.name for f in fields(person.consents) if getattr(person.consents, f.name))


def _name(community: Community, post: Post) -> str:
    return next((m.name for m in community.people if m.person.person_id == post.author_id), post.author_id)


def _moment(text: str) -> datetime:
    try:
        return aware_utc(datetime.fromisoformat(text), "--now")
    except ValueError:
        raise InvalidInput(f"{text!r} is no time", hint="write it as 2026-11-20T12:00:00Z", field="--now") from None


def _serve(folder: Path, host: str, port: int, talk: Console) -> None:
    talk.print(
        f"\nThe feed is at [bold]http://{host}:{port}/[/], what was read and decided at /operator. Ctrl-C ends it."
    )
    assemble.serve(folder, host=host, port=port)
