"""The only file that knows concrete classes: it opens the engine on a data folder, and builds the app around it.

Imports stand inside the functions: `adtailor read` needs no server, and `adtailor decide` no photos.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, NoReturn, TypeVar

from adtailor.config.engine import KEY
from adtailor.config.engine import Engine as EngineSettings
from adtailor.config.settings import FILE_NAME as SETTINGS
from adtailor.config.settings import Models, Settings, TextEngine, data_folder, load_settings
from adtailor.errors import InvalidInput

if TYPE_CHECKING:
    from adtailor.console.rooms import Picture, Visitor
    from adtailor.decide.tokens import TokenBox
    from adtailor.domain.access import Caller
    from adtailor.domain.reading import Part
    from adtailor.domain.traffic import Limits
    from adtailor.domain.wellbeing import Helpline, WellbeingPolicy
    from adtailor.journeys.corrections import Corrections
    from adtailor.journeys.evaluate_states import StatesReport
    from adtailor.journeys.explain import Explain
    from adtailor.journeys.fill_page import FillPage
    from adtailor.journeys.helplines import Helplines
    from adtailor.journeys.learned_ranker import LearnedRanker
    from adtailor.journeys.ledger import Ledgers
    from adtailor.journeys.live_catalogue import LiveCatalogue
    from adtailor.journeys.logins import Logins
    from adtailor.journeys.manage import Manage
    from adtailor.journeys.member_sessions import MemberSessions
    from adtailor.journeys.own_page import OwnPage
    from adtailor.journeys.people import People
    from adtailor.journeys.price_tags import PriceTags
    from adtailor.journeys.reach import Reaches
    from adtailor.journeys.read_posts import ReadPosts
    from adtailor.journeys.reports import Reports
    from adtailor.journeys.repository import Repository
    from adtailor.journeys.review import Reviews
    from adtailor.journeys.run_trial import RunTrial
    from adtailor.journeys.shelf import Shelf
    from adtailor.journeys.statement import Statements
    from adtailor.journeys.take_event import TakeEvent
    from adtailor.journeys.take_postback import TakePostback
    from adtailor.journeys.training_rows import TrainingRows
    from adtailor.measure.traffic import Networks
    from adtailor.ports import Clock, Encoder, LanguageModel, LookReader, TextReader
    from adtailor.service.guard import Guard
    from adtailor.service.limits import Limiter
    from adtailor.service.openrtb.exchange import Exchange
    from adtailor.simulate.community import Community
    from adtailor.storage import SqliteStore
    from adtailor.understand.text import TextUnderstanding

T = TypeVar("T")
DEMO_MARKER = "demo-community.txt"
"""Lies in a data folder that holds the demo community: its pages then know the members' names."""
MEDIA = "media"
"""Folder in the data folder that the images of creatives are paths under."""
IDLE_SECONDS = 1.0
_LOG = logging.getLogger("adtailor.reading")
PURGE_EVERY = timedelta(minutes=10)
RENEW_EVERY = timedelta(seconds=5)
"""How soon a running server mints with a new key, and opens nothing of a retired one."""
COUNT_EVERY = timedelta(minutes=1)
"""How often it is looked whether a new day has begun."""
REST_SECONDS = 0.02
"""About as long as the few hundred people between two rests take."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for a demo that is to print the same again."""

    at: datetime

    def now(self) -> datetime:
        """Always the same time."""
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The rooms, opened and connected; `close` it."""

    settings: Settings
    data: Path
    clock: Clock
    policy: WellbeingPolicy
    store: SqliteStore
    tokens: TokenBox
    text_reader: TextUnderstanding
    """The embedded one: decisions wait for no language model."""
    look_reader: LookReader
    post_reader: TextReader
    """What reads posts in the background: the same, or with a language model's answers in place of some of its own."""
    language_model: LanguageModel | None
    ranker: LearnedRanker
    catalogue: LiveCatalogue
    reaches: Reaches
    repository: Repository
    fill_page: FillPage
    take_event: TakeEvent
    take_postback: TakePostback
    reports: Reports
    read_posts: ReadPosts
    price_tags: PriceTags
    people: People
    own_page: OwnPage
    corrections: Corrections
    member_sessions: MemberSessions
    explain: Explain
    training_rows: TrainingRows
    manage: Manage
    trials: RunTrial
    reviews: Reviews
    logins: Logins

    def close(self) -> None:
        """Give the files back, what is leased of budgets, and what a language model takes."""
        self.catalogue.close()
        self.store.close()
        if self.language_model is not None:
            self.language_model.close()


def text_reader(models: Models | None = None) -> TextUnderstanding:
    """The embedded text model, its heads and topics."""
    from adtailor.understand.text import build_text_reader
    from adtailor_weights import FOLDER

    return build_text_reader(text_encoder(models), FOLDER / "text")


def text_encoder(models: Models | None = None) -> Encoder:
    """The embedded text encoder."""
    from adtailor.engines.text_onnx import OnnxTextEncoder

    models = models or Models()
    return OnnxTextEncoder(threads=models.threads, providers=models.providers)


def states_report(
    settings: Settings,
    *,
    seed: int = 7,
    draws: int = 40,
    stressed: int = 150,
    calm: int = 600,
    texts: TextReader | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> StatesReport:
    """How right the well-being states are about people composed from labelled posts, by the policy in force."""
    from adtailor.config.policy import load_policy
    from adtailor.journeys.evaluate_states import evaluate_states
    from adtailor.understand.timelines import compose, load_cast
    from adtailor.wellbeing.desk import CareDesk

    cast, random = load_cast(), Random(seed)  # noqa: S311 made-up people, no secrets
    ends_at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    people = [compose(cast, stressed=stressed, calm=calm, random=random, ends_at=ends_at) for _ in range(draws)]
    desk = CareDesk(load_policy(settings.deciding.policy), (), b"measuring")
    reader = texts or text_reader(settings.models)
    return evaluate_states(cast.texts, people, reader, desk, prevalence=cast.prevalence, progress=progress)


def look_reader(models: Models | None = None) -> LookReader:
    """The embedded image model and its heads."""
    from adtailor.engines.image_onnx import OnnxImageEncoder
    from adtailor.understand.look import LookUnderstanding

    models = models or Models()
    return LookUnderstanding(OnnxImageEncoder(providers=models.providers))


def language_model(
    kind: TextEngine, engine: EngineSettings, *, environ: Mapping[str, str] = os.environ, random: Random | None = None
) -> LanguageModel | None:
    """The language model that is configured, checked and not yet loaded or called; None for the embedded models alone.

    Raises ModelUnavailable for a file that will not do, InvalidInput for a server that posts may not be sent to.
    """
    if kind == "llama_cpp":
        from adtailor.engines.known_gguf import find_gguf
        from adtailor.engines.llama_cpp import LlamaCpp, needed

        needed()
        gguf = find_gguf(engine.gguf, sha256=engine.sha256)
        return LlamaCpp(gguf.path, sha256=gguf.sha256, threads=engine.threads, context=engine.context)
    if kind == "openai_compatible":
        from adtailor.engines.openai_compatible import Limits, OpenAiCompatible

        return OpenAiCompatible(
            engine.base_url,
            engine.model,
            key=environ.get(KEY),
            remote_host=engine.remote_host,
            limits=Limits(seconds=engine.timeout_seconds, retries=engine.retries, at_once=engine.concurrency),
            random=random or SystemRandom(),
        )
    return None


def distilled(reader: TextReader, data: Path, models: Models | None = None) -> TextReader:
    """The reader, corrected by the heads that were promoted in a data folder, if there are any that fit it.

    Heads that were made for another encoder or another default, as before an upgrade, are left aside and logged.
    """
    from adtailor.understand.distil.kept import KeptHeads
    from adtailor.understand.distil.reader import DistilledReader

    heads = KeptHeads(data).current()
    if heads is None:
        return reader
    encoder = text_encoder(models)
    if not heads.fits(encoder=encoder.name, default=reader.models):
        _LOG.warning("%s was learned over other models, and is left aside: run adtailor distil again", heads.version)
        return reader
    return DistilledReader(reader, encoder, heads)


def asking(
    reader: TextReader, model: LanguageModel | None, engine: EngineSettings, *, parts: Sequence[Part] | None = None
) -> TextReader:
    """The reader, with a language model's valid answers in place of some of its own, if there is a model."""
    from adtailor.understand.asked import ASKED_PARTS, AskedReader

    if model is None:
        return reader
    if parts is None:
        parts = tuple(part for part in ASKED_PARTS if part in engine.parts)
    return AskedReader(
        reader, model, parts=parts, languages=engine.languages, method=engine.method, most_tokens=engine.most_tokens
    )


def asking_looks(reader: LookReader, settings: Settings) -> LookReader:
    """The reader of photos, with the answers of a server that sees pictures in place of its own, if one is set."""
    from adtailor.understand.asked.look import AskedLook

    model = language_model(settings.models.look_engine, settings.engine)
    return reader if model is None else AskedLook(reader, model)


def open_store(data: Path) -> SqliteStore:
    """What is kept in a data folder, without models: for verbs that read no posts. `close` it."""
    from adtailor.storage import SqliteStore

    return SqliteStore(data)


def helpline_table(settings: Settings) -> tuple[Helpline, ...]:
    """The helplines that ship, or the operator's own file."""
    from adtailor.config.helplines import load_helplines

    return load_helplines(Path(settings.helplines) if settings.helplines else None)


def helplines(store: SqliteStore, settings: Settings) -> Helplines:
    """What operators do with the table of helplines."""
    from adtailor.config.helplines import DIRECTORY
    from adtailor.config.policy import load_policy
    from adtailor.journeys.helplines import Helplines

    return Helplines(
        helpline_table(settings),
        checks=store.helpline_checks,
        audit=store.audit,
        fresh_days=load_policy(settings.deciding.policy).helpline_fresh_days,
        directory=DIRECTORY,
    )


def ledgers(store: SqliteStore, settings: Settings) -> Ledgers:
    """What each signal and each model earned, less what reading cost."""
    from adtailor.domain.money import Micros
    from adtailor.journeys.ledger import Ledgers
    from adtailor.journeys.reports import Reports
    from adtailor.journeys.simulated_evidence import simulated_evidence

    return Ledgers(
        trials=store.trials,
        costs=store.reading_costs,
        reports=Reports(ledger=store.ledger, source=store.catalogue),
        hour=Micros(settings.cpu_hour_micros),
        simulated=lambda: simulated_evidence(store.folder / "simulations"),
    )


def statements(store: SqliteStore, settings: Settings) -> Statements:
    """A month, to sign and publish."""
    from adtailor.journeys.reports import Reports
    from adtailor.journeys.statement import Statements

    return Statements(
        ledgers=ledgers(store, settings),
        reports=Reports(ledger=store.ledger, source=store.catalogue),
        people=store.people,
        operator=settings.operator,
        currency=settings.currency,
    )


def open_logins(store: SqliteStore, settings: Settings) -> Logins:
    """Who may log in to the pages of a store."""
    from adtailor.journeys.logins import Logins, Stay
    from adtailor.storage.passwords import Argon2Passwords

    told = settings.login
    stay = Stay(most=timedelta(hours=told.hours), idle=timedelta(minutes=told.idle_minutes))
    return Logins(store.logins, Argon2Passwords(), stay=stay)


def shelf_of(store: SqliteStore, policy: WellbeingPolicy) -> Shelf:
    """Where large catalogues are laid out."""
    from adtailor.config.taxonomy import content_topics
    from adtailor.decide.layout import Rules
    from adtailor.journeys.shelf import Shelf

    taxonomy = content_topics()
    rules = Rules(
        parents=taxonomy.parents,
        adult_products=frozenset(policy.minor_products),
        sensitive_products=frozenset(policy.sensitive_products),
    )
    return Shelf(store.catalogue, store.snapshots, rules=rules, topic_names=taxonomy.names)


def open_engine(
    data: Path,
    settings: Settings,
    *,
    clock: Clock | None = None,
    readers: tuple[TextUnderstanding, LookReader] | None = None,
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> Engine:
    """Every room on one data folder, connected, with models already loaded if `readers` are given.

    `random_bytes` makes keys and nonces: anything but the system's is for folders that are thrown away.
    Raises StorageFailed or ModelUnavailable, with the remedy.
    """
    from adtailor.config.policy import load_policy
    from adtailor.config.taxonomy import content_topics
    from adtailor.decide.rank import PriorRanker
    from adtailor.decide.tokens import TokenBox
    from adtailor.journeys.arms import Arms
    from adtailor.journeys.corrections import Corrections
    from adtailor.journeys.explain import Explain
    from adtailor.journeys.fill_page import FillPage
    from adtailor.journeys.learned_ranker import LearnedRanker
    from adtailor.journeys.live_catalogue import LiveCatalogue
    from adtailor.journeys.manage import Manage
    from adtailor.journeys.member_sessions import MemberSessions
    from adtailor.journeys.own_page import OwnPage
    from adtailor.journeys.own_places import OwnPlaces
    from adtailor.journeys.people import People
    from adtailor.journeys.price_tags import PriceTags
    from adtailor.journeys.read_posts import ReadPosts
    from adtailor.journeys.reports import Reports
    from adtailor.journeys.review import Reviews
    from adtailor.journeys.run_trial import RunTrial
    from adtailor.journeys.running_trials import RunningTrials
    from adtailor.journeys.take_event import TakeEvent
    from adtailor.journeys.take_postback import TakePostback
    from adtailor.journeys.traffic import Traffic
    from adtailor.journeys.training_rows import TrainingRows
    from adtailor.storage import SqliteStore
    from adtailor.wellbeing.desk import CareDesk

    policy = load_policy(settings.deciding.policy)
    texts, looks = readers or (text_reader(settings.models), look_reader(settings.models))
    model = language_model(settings.models.text_engine, settings.engine)
    words = distilled(texts, data, settings.models)
    post_reader = asking(words, model, settings.engine)
    limits, machines = traffic_limits(settings), networks_without_people(settings)
    store = SqliteStore(data, random_bytes=random_bytes, limits=limits)
    clock = clock or SystemClock()
    priors = PriorRanker(dict(zip(texts.topics.ids, texts.topics.latent, strict=True)))
    ranker = LearnedRanker(data, priors, clock=clock)
    taxonomy = content_topics()
    wellbeing = CareDesk(
        policy, helpline_table(settings), secret=store.hashing_secret, checks=store.helpline_checks.checks
    )
    tokens = TokenBox(
        store.token_keys,
        store.current_token_key,
        random_bytes=random_bytes,
        reread=store.token_ring,
    )
    reaches = reaches_of(store, settings, data)
    repository = repository_of(store, settings, data)
    catalogue = LiveCatalogue(
        store.catalogue,
        store.events,
        # Nobody of an invented community can be found out by an ad that reaches them alone.
        reaches=None if is_demo_folder(data) else reaches,
        ranker=ranker,
        fallback=priors,
        parents=taxonomy.parents,
        topic_names=taxonomy.names,
        policy=policy,
        holder=os.urandom(8).hex(),
        rankers=ranker.named,
        shelf=shelf_of(store, policy),
    )
    arms = Arms(catalogue, RunningTrials(store.trials))
    price_tags = PriceTags(store.catalogue, looks, media=data / MEDIA)
    take_event = TakeEvent(
        events=store.events,
        people=store.people,
        catalogue=catalogue,
        tokens=tokens,
        traffic=Traffic(store.events, limits=limits, machines=machines),
        arms=arms,
    )
    manage = Manage(store.catalogue)
    return Engine(
        settings=settings,
        data=data,
        clock=clock,
        policy=policy,
        store=store,
        tokens=tokens,
        text_reader=texts,
        look_reader=looks,
        post_reader=post_reader,
        language_model=model,
        ranker=ranker,
        catalogue=catalogue,
        reaches=reaches,
        repository=repository,
        fill_page=FillPage(
            people=store.people,
            posts=store.posts,
            events=store.events,
            catalogue=catalogue,
            text_reader=words,
            wellbeing=wellbeing,
            policy=policy,
            tokens=tokens,
            exploration=settings.deciding.exploration,
            pricing=settings.deciding.pricing,
            spacing=settings.deciding.spacing,
            tcf_vendor=settings.consent.tcf_vendor,
            arms=arms,
            repository=repository,
            places=OwnPlaces(store.catalogue),
        ),
        take_event=take_event,
        take_postback=TakePostback(
            events=store.events,
            people=store.people,
            source=store.catalogue,
            catalogue=catalogue,
            tokens=tokens,
            arms=arms,
        ),
        reports=Reports(ledger=store.ledger, source=store.catalogue),
        read_posts=ReadPosts(
            posts=store.posts,
            people=store.people,
            text_reader=post_reader,
            look_reader=asking_looks(looks, settings),
            wellbeing=wellbeing,
            policy=policy,
            price_tags=price_tags,
            costs=store.reading_costs,
        ),
        price_tags=price_tags,
        people=People(people=store.people, posts=store.posts, wellbeing=wellbeing, policy=policy),
        own_page=OwnPage(
            people=store.people, posts=store.posts, events=store.events, source=store.catalogue, policy=policy
        ),
        corrections=Corrections(people=store.people, posts=store.posts, source=store.catalogue, policy=policy),
        member_sessions=MemberSessions(
            store.token_keys, store.current_token_key, spent=store.spent, random_bytes=random_bytes
        ),
        explain=Explain(take_event=take_event, source=store.catalogue),
        manage=manage,
        trials=RunTrial(trials=store.trials, events=store.events, audit=store.audit, catalogue=catalogue),
        reviews=Reviews(store.catalogue, manage, media=media_folder(data)),
        logins=open_logins(store, settings),
        training_rows=TrainingRows(events=store.events, people=store.people, source=store.catalogue, policy=policy),
    )


def least_people(settings: Settings, data: Path) -> int:
    """k: how many people an ad that goes by profiles has to reach. Nobody of the demo is there to be found out."""
    from adtailor.domain.reach import LEAST_PEOPLE

    if settings.deciding.least_people is not None:
        return settings.deciding.least_people
    return 1 if is_demo_folder(data) else LEAST_PEOPLE


def reaches_of(store: SqliteStore, settings: Settings, data: Path) -> Reaches:
    """Who counts whom ads reach by people's profile."""
    from adtailor.config.policy import load_policy
    from adtailor.config.taxonomy import content_topics
    from adtailor.journeys.reach import Reaches

    return Reaches(
        people=store.people,
        source=store.catalogue,
        store=store.reach,
        parents=content_topics().parents,
        policy=load_policy(settings.deciding.policy),
        least=least_people(settings, data),
    )


def repository_of(store: SqliteStore, settings: Settings, data: Path) -> Repository:
    """The public repository of ads."""
    from adtailor.journeys.repository import Repository

    return Repository(
        store=store.exhibits,
        source=store.catalogue,
        ledger=store.ledger,
        media=media_folder(data),
        least=least_people(settings, data),
    )


def traffic_limits(settings: Settings) -> Limits:
    """How often one viewer may come, and how many of one network."""
    from adtailor.domain.traffic import Limits

    told = settings.traffic
    return Limits(
        rates=((60, told.per_minute), (600, told.per_ten_minutes), (3_600, told.per_hour), (86_400, told.per_day)),
        impression_burst=told.impression_burst,
        click_burst=told.click_burst,
        conversion_burst=told.conversion_burst,
    )


def networks_without_people(settings: Settings) -> Networks:
    """The networks of the operator's file; none without one."""
    from adtailor.measure.traffic import Networks

    if settings.traffic.networks is None:
        return Networks(())
    path = Path(settings.traffic.networks)
    try:
        return Networks.of_lines(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{path} cannot be read: {error}", hint="one network a line, as 203.0.113.0/24", field="traffic.networks"
        ) from None


def settle_community(engine: Engine) -> Community:
    """The demo community, moved into an empty data folder; one that lives there already keeps its choices."""
    from adtailor.simulate.community import load_community

    now = engine.clock.now()
    community = load_community(now)
    engine.price_tags.look_in(community.media)
    if engine.store.catalogue.version() == 0:
        for member in community.people:
            engine.store.people.put_person(member.person, expected_version=None)
        engine.read_posts.accept(community.posts, now=now)
        engine.store.catalogue.replace(community.inventory)  # last: a move that was interrupted begins again
    return community


def media_folder(data: Path) -> Path:
    """The folder that the images of creatives are paths under."""
    if is_demo_folder(data):
        from adtailor.simulate.community.load import HERE as COMMUNITY

        return COMMUNITY / "media"
    return data / MEDIA


def claim_demo_folder(folder: Path) -> None:
    """Make a new or empty folder the demo's own; InvalidInput for one that holds anything else than settings."""
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder", hint="name a folder, or one that is to be made", field="--data")
    if is_demo_folder(folder):
        return
    if folder.exists() and any(path.name != SETTINGS for path in folder.iterdir()):
        raise InvalidInput(
            f"{folder} holds something other than a demo",
            hint="choose another folder; invented people do not belong among yours",
            field="--data",
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DEMO_MARKER).write_text(
        "This folder holds the demo community of adtailor, and may be removed.\n", "utf-8"
    )


def is_demo_folder(folder: Path) -> bool:
    """Whether `adtailor demo` made it."""
    return (folder / DEMO_MARKER).is_file()


def check_port(host: str, port: int) -> None:
    """Raises InvalidInput if nothing can listen there: the server itself shares a port silently, or waits for it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server: what just ended holds up nobody
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidInput(
                f"{host}:{port} cannot be listened on: {error.strerror}",
                hint="end what listens there, perhaps another adtailor, or choose another --port",
                field="--port",
            ) from None


def serve(data: Path, *, host: str, port: int) -> NoReturn:
    """Become the server of the API and the pages on a data folder; ends with it.

    The process is replaced, so that what it loaded until now (models, kernels) does not stay in memory twice.
    """
    sys.stdout.flush()
    environ = {**os.environ, "ADTAILOR_DATA": str(data.resolve()), "ADTAILOR_SERVER_HOST": host}
    server = ["-m", "granian", "--interface", "asgi", "--factory", "--no-ws", "--host", host, "--port", str(port)]
    quiet = ["--no-log", "--no-access-log"]
    os.execve(sys.executable, [sys.executable, *server, *quiet, "adtailor.assemble:app"], environ)  # noqa: S606


def app() -> Guard:
    """The application for a server's worker: `granian --factory adtailor.assemble:app`."""
    from adtailor.service.collecting import spare_long_searches

    data = data_folder(None)
    engine = open_engine(data, load_settings(data))
    application = build(engine)
    # Laid out before anybody waits for it; where that fails, requests are answered as when it fails later.
    _tried("the catalogue", lambda: engine.catalogue.current(engine.clock.now()))
    spare_long_searches()
    return application


def build(engine: Engine, *, new_random: Callable[[], Random] = SystemRandom) -> Guard:
    """The API and the pages around an engine, which is closed with them. Decisions draw from `new_random`."""
    from adtailor.console.member.pages import build_member_pages
    from adtailor.console.member.rooms import MemberRooms
    from adtailor.console.pages import build_pages
    from adtailor.console.rooms import Rooms
    from adtailor.decide.deciding import warm_up
    from adtailor.engines.fetch import checked_url, fetch_picture
    from adtailor.journeys.fetch_photos import FetchPhotos
    from adtailor.measure.traffic import Networks
    from adtailor.service.app import build_app
    from adtailor.service.doors import Doors
    from adtailor.service.guard import LOOPBACK, Rules

    warm_up(engine.ranker())
    arrived = threading.Event()
    demo = settle_community(engine) if is_demo_folder(engine.data) else None
    _tried("laying out the catalogue", lambda: engine.catalogue.prepare(engine.clock.now()))
    doors = Doors(
        read_posts=engine.read_posts,
        posts=engine.store.posts,
        fill_page=engine.fill_page,
        take_event=engine.take_event,
        take_postback=engine.take_postback,
        reports=engine.reports,
        ledger=engine.store.ledger,
        people=engine.people,
        corrections=engine.corrections,
        member_sessions=engine.member_sessions,
        explain=engine.explain,
        catalogue=engine.store.catalogue,
        manage=engine.manage,
        reviews=engine.reviews,
        reaches=engine.reaches,
        repository=engine.repository,
        audit=engine.store.audit,
        tokens=engine.store.tokens,
        trials=engine.trials,
        clock=engine.clock,
        random=new_random,
        proxies=Networks(engine.settings.traffic.proxies),
        posts_arrived=arrived.set,
        exchange=_exchange(engine),
        fetch_photos=FetchPhotos(
            people=engine.store.people, policy=engine.policy, fetch=fetch_picture, check=checked_url
        )
        if engine.settings.models.fetch_photos
        else None,
    )
    media = media_folder(engine.data)
    rooms = Rooms(
        fill_page=engine.fill_page,
        people=engine.people,
        take_event=engine.take_event,
        explain=engine.explain,
        reviews=engine.reviews,
        reaches=engine.reaches,
        helplines=helplines(engine.store, engine.settings),
        ledgers=ledgers(engine.store, engine.settings),
        repository=engine.repository,
        trials=engine.trials,
        posts=engine.store.posts,
        events=engine.store.events,
        source=engine.store.catalogue,
        clock=engine.clock,
        new_random=new_random,
        media=media if media.is_dir() else None,
        pictures=_pictures(demo) if demo else {},
        visitors=_visitors(demo) if demo else (),
        currency=engine.settings.currency,
        logins=engine.logins,
        access_tokens=engine.store.tokens,
        proxies=Networks(engine.settings.traffic.proxies),
        form_secret=engine.store.hashing_secret,
        is_demo=demo is not None,
    )
    member = MemberRooms(
        people=engine.people,
        own_page=engine.own_page,
        corrections=engine.corrections,
        sessions=engine.member_sessions,
        source=engine.store.catalogue,
        clock=engine.clock,
        media=rooms.media,
        visitors=rooms.visitors,
        is_demo=rooms.is_demo,
    )
    server = engine.settings.server

    def find(secret: str) -> Caller | None:
        token = engine.store.tokens.find(secret)
        return token.caller if token is not None and token.opens(engine.clock.now()) else None

    def find_session(secret: str) -> Caller | None:
        found = engine.logins.find(secret, engine.clock.now())
        return None if found is None else replace(found[1].caller, session_id=found[0].id)

    return build_app(
        doors,
        rules=Rules(
            token=server.token,
            hosts=None if server.token else LOOPBACK,
            find=find,
            find_session=find_session,
            people_log_in=engine.logins.anybody,
            limiter=limiter(engine.settings),
            partners=frozenset(engine.settings.openrtb.origins),
        ),
        pages=[*build_pages(rooms), *build_member_pages(member)],
        lifespan=[lambda _: _reading(engine, arrived), lambda _: _counting(engine)],
    )


def limiter(settings: Settings) -> Limiter:
    """How often an address and a token may ask, by the settings."""
    from adtailor.journeys.allowance import Allowance, Rate
    from adtailor.measure.traffic import Networks
    from adtailor.service.limits import Limiter

    told = settings.limits

    def of(per_minute: int) -> Allowance | None:
        if per_minute == 0:
            return None
        return Allowance(Rate(per_second=per_minute / 60, burst=max(1.0, per_minute / 4)))

    return Limiter(
        per_address=of(told.address_per_minute),
        per_token=of(told.token_per_minute),
        proxies=Networks(settings.traffic.proxies),
    )


def _exchange(engine: Engine) -> Exchange:
    """What OpenRTB needs, with the bidder that is asked where nothing here fits, if one is set."""
    from adtailor.domain.money import micros
    from adtailor.engines.openrtb_upstream import OpenRtbUpstream
    from adtailor.journeys.backfill import Backfill
    from adtailor.service.openrtb.exchange import Exchange

    settings = engine.settings
    backfill = None
    if settings.backfill.url is not None:
        backfill = Backfill(
            OpenRtbUpstream(settings.backfill.url, currency=settings.currency),
            policy=engine.policy,
            floor=micros(settings.backfill.floor),
            seconds=settings.backfill.timeout_ms / 1000,
        )
    return Exchange(
        currency=settings.currency,
        seat=settings.openrtb.seat,
        person_source=settings.openrtb.person_source,
        floor=micros(settings.openrtb.floor),
        public_url=settings.openrtb.public_url,
        backfill=backfill,
    )


@asynccontextmanager
async def _reading(engine: Engine, arrived: threading.Event) -> AsyncGenerator[None]:
    """Posts are read beside the serving, and what has had its time is purged."""
    stop = threading.Event()

    def work() -> None:
        purged_at: datetime | None = None
        renewed_at: datetime | None = None
        while not stop.is_set():
            now = engine.clock.now()
            # A clock that was set back must not put the deleting off.
            if purged_at is None or not timedelta(0) <= now - purged_at < PURGE_EVERY:
                purged_at = now
                _tried("deleting", lambda now=now: engine.store.purge(now))
            if renewed_at is None or not timedelta(0) <= now - renewed_at < RENEW_EVERY:
                renewed_at = now
                _tried("the renewing of keys", engine.tokens.renew)
            done = _tried(
                "reading", lambda now=now: engine.read_posts.work(now=now, limit=engine.settings.models.batch)
            )
            if not done:
                arrived.wait(IDLE_SECONDS)
                arrived.clear()

    thread = threading.Thread(target=work, name="reading", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        arrived.set()
        thread.join()
        engine.close()


@asynccontextmanager
async def _counting(engine: Engine) -> AsyncGenerator[None]:
    """What is done once a day, beside the serving and without holding up the reading."""
    stop = threading.Event()
    publishes = find_spec("opendp") is not None

    def work() -> None:
        _tried("keeping what was shown", lambda: engine.repository.catch_up(now=engine.clock.now()))
        while not stop.is_set():
            _tried("counting", lambda: engine.reaches.count(now=engine.clock.now(), rest=lambda: _rest(stop)))
            if publishes:
                _tried("publishing", lambda: engine.repository.close_days(now=engine.clock.now()))
            stop.wait(COUNT_EVERY.total_seconds())

    thread = threading.Thread(target=work, name="counting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class _Stopped(Exception):
    """The server ends: what was begun is begun again."""


def _rest(stop: threading.Event) -> None:
    """Half of the time is the others'."""
    if stop.wait(REST_SECONDS):
        raise _Stopped


def _tried(what: str, task: Callable[[], T]) -> T | None:
    """The outcome, or None: a full disk, a locked file; posts wait, durable, until it passes."""
    try:
        return task()
    except Exception as error:
        _LOG.error("%s waits: %s", what, type(error).__name__)
        return None


def _visitors(community: Community) -> tuple[Visitor, ...]:
    from adtailor.console.rooms import Visitor

    return tuple(
        Visitor(
            person_id=member.person.person_id,
            name=member.name,
            about=member.bio,
            age=member.person.age,
            country=member.person.country,
            zone=member.zone,
            language=member.language,
        )
        for member in community.people
    )


def _pictures(community: Community) -> dict[str, Picture]:
    """The first picture of each post, by its name under the community's media."""
    from adtailor.console.rooms import Picture

    return {
        post.id: Picture(name=photo.path.relative_to(community.media).as_posix(), alt=photo.alt or "")
        for post in community.posts
        for photo in post.photos[:1]
        if photo.path is not None
    }
