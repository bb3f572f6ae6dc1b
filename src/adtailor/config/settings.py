"""What an operator can set: one file, overridden by the environment; unknown keys are refused."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from platformdirs import user_data_path

from adtailor.config.engine import KEY, Engine, check_engine
from adtailor.config.exchange import Backfill, OpenRtb, check_exchange
from adtailor.domain.decision import Pricing
from adtailor.errors import InvalidInput

FILE_NAME = "adtailor.toml"
NOT_SETTINGS = frozenset(
    {"ADTAILOR_REQUIRE", "ADTAILOR_TEST_DATA", "ADTAILOR_DEBUG", "ADTAILOR_DATA", "ADTAILOR_MASTER_KEY_FILE", KEY}
)
"""Read elsewhere: by the tests, by the prompt, by `data_folder`, by the key file, and by whoever opens the engine."""
MOST_LEAST = 1_000_000
TextEngine = Literal["onnx", "llama_cpp", "openai_compatible"]
LookEngine = Literal["onnx", "openai_compatible"]


class Server(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it listens. Any address but loopback asks for a token."""

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None


class Models(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How posts are read. `providers` are those of ONNX Runtime, best first, as CUDAExecutionProvider."""

    threads: int = 1
    batch: int = 32
    providers: tuple[str, ...] = ("CPUExecutionProvider",)
    text_engine: TextEngine = "onnx"
    """Who reads words: the embedded models alone, or a language model whose valid answers replace theirs."""
    look_engine: LookEngine = "onnx"
    fetch_photos: bool = True
    """Whether photos that a site names by their address are fetched, from public addresses alone."""


class Deciding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How ads are chosen: the policy preset or file, and the share of traffic that explores near-winners."""

    policy: str = "standard"
    exploration: float = 0.02
    pricing: Pricing = "gsp"
    """What those who bid pay: the generalised second price, VCG, or their bid."""
    spacing: int = 0
    """The least number of feed positions from one ad to the next; 0 for any."""
    least_people: int | None = None
    """k: what goes by people's profile serves where it reaches so many; 50 unless set, 1 among the demo's invented."""


class Traffic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is invalid: how often one viewer may come by one ad and kind of event, and networks without people."""

    per_minute: int = 1
    per_ten_minutes: int = 3
    per_hour: int = 10
    per_day: int = 25
    impression_burst: int = 600
    """Of one campaign, from one network, within a minute."""
    click_burst: int = 30
    conversion_burst: int = 10
    networks: str | None = None
    """A file of networks where machines live, one a line."""
    proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks of your own proxies, whose X-Forwarded-For is believed."""


class Consent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who you are to those who write consent strings."""

    tcf_vendor: int | None = None
    """Your id on the Global Vendor List of TCF; without one, what was agreed to for the publisher itself counts."""


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long somebody who logged in stays so."""

    hours: int = 12
    """In all."""
    idle_minutes: int = 60
    """Without doing anything."""


class RateLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests a minute, per process; a quarter of it at once. 0 for no limit."""

    address_per_minute: int = 1200
    """From one address, where no token is asked for: events, explanations, the login."""
    token_per_minute: int = 0
    """By the holder of one token other than the owner's."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole tree."""

    currency: str = "EUR"
    helplines: str | None = None
    """A file of helplines with the dates on which you verified them; what ships is unverified, and so is off."""
    operator: str = ""
    """Who runs this, as the monthly statement names you."""
    cpu_hour_micros: int = 40_000
    """What an hour of one processor costs you, in micros: what reading costs, in the ledger."""
    server: Server = Server()
    models: Models = Models()
    engine: Engine = Engine()
    deciding: Deciding = Deciding()
    openrtb: OpenRtb = OpenRtb()
    backfill: Backfill = Backfill()
    traffic: Traffic = Traffic()
    consent: Consent = Consent()
    login: Login = Login()
    limits: RateLimits = RateLimits()


def data_folder(chosen: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """`chosen`, else `ADTAILOR_DATA`, else the platform's folder for user data."""
    if chosen is not None:
        return chosen
    if told := environ.get("ADTAILOR_DATA"):
        return Path(told)
    return user_data_path("adtailor", appauthor=False)


def load_settings(
    data: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    here: Path | None = None,
    host: str | None = None,
    port: int | None = None,
) -> Settings:
    """Settings from `adtailor.toml` here, else in the data folder, then from `ADTAILOR_*`, then as typed.

    `ADTAILOR_SERVER_PORT=9000` sets `server.port`. Raises InvalidInput naming the key, the file and the remedy.
    """
    tree: dict[str, Any] = {}
    source = "the defaults"
    for folder in (here or Path.cwd(), data):
        file = folder / FILE_NAME
        if file.is_file():
            tree, source = _parsed(file), str(file)
            break
    for name, value in environ.items():
        if name.startswith("ADTAILOR_") and name not in NOT_SETTINGS:
            _set(tree, name, value)
            source = f"{source} and the environment"
    settings = _converted(tree, source)
    typed = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = msgspec.structs.replace(settings, server=msgspec.structs.replace(settings.server, **typed))
    _check(settings)
    return settings


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} is not TOML: {error}", hint="mend it, or remove it to use the defaults") from None


def _set(tree: dict[str, Any], name: str, value: str) -> None:
    """Put an environment variable where it belongs in the tree."""
    key = name.removeprefix("ADTAILOR_").lower()
    for field in msgspec.structs.fields(Settings):
        if key == field.name and field.name not in _SECTIONS:
            tree[key] = value
            return
        if field.name in _SECTIONS and key.startswith(f"{field.name}_"):
            inner = key.removeprefix(f"{field.name}_")
            known = {f.name: f.type for f in msgspec.structs.fields(_SECTIONS[field.name])}
            if inner in known:
                listed = inner in _LISTS
                tree.setdefault(field.name, {})[inner] = value.split(",") if listed else value
                return
    raise InvalidInput(f"{name} sets nothing", hint=f"known: {', '.join(_environment_names())}", field=name)


_SECTIONS: dict[str, type[msgspec.Struct]] = {
    "server": Server,
    "models": Models,
    "engine": Engine,
    "deciding": Deciding,
    "openrtb": OpenRtb,
    "backfill": Backfill,
    "traffic": Traffic,
    "consent": Consent,
    "login": Login,
    "limits": RateLimits,
}
_LISTS = frozenset({"providers", "parts", "languages", "origins", "proxies"})


def _environment_names() -> list[str]:
    plain = ["ADTAILOR_DATA", "ADTAILOR_CURRENCY", "ADTAILOR_HELPLINES"]
    nested = [
        f"ADTAILOR_{section}_{field.name}".upper()
        for section, struct in _SECTIONS.items()
        for field in msgspec.structs.fields(struct)
    ]
    return plain + nested


def _converted(tree: dict[str, Any], source: str) -> Settings:
    try:
        return msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        raise InvalidInput(
            f"{message} (in {source})", hint="see docs/settings.md for every key", field=where.strip("`$.") or None
        ) from None


def _check(settings: Settings) -> None:
    loopback = settings.server.host in {"127.0.0.1", "::1", "localhost"}
    if not loopback and not settings.server.token:
        raise InvalidInput(
            f"{settings.server.host} can be reached from outside, and there is no token",
            hint="set server.token (ADTAILOR_SERVER_TOKEN), or listen on 127.0.0.1",
            field="server.host",
        )
    if not 0 <= settings.server.port <= 65535:
        raise InvalidInput(f"{settings.server.port} is no port", hint="0 to 65535", field="server.port")
    if not 0.0 <= settings.deciding.exploration <= 0.5:
        raise InvalidInput(
            f"{settings.deciding.exploration} is no share", hint="0 to 0.5", field="deciding.exploration"
        )
    if settings.deciding.spacing < 0:
        raise InvalidInput(f"{settings.deciding.spacing} is too few", hint="0 or more", field="deciding.spacing")
    if (least := settings.deciding.least_people) is not None and not 1 <= least <= MOST_LEAST:
        raise InvalidInput(f"{least} people", hint=f"from 1 to {MOST_LEAST:,}", field="deciding.least_people")
    for name in ("threads", "batch"):
        if (value := getattr(settings.models, name)) < 1:
            raise InvalidInput(f"{value} is too few", hint="1 or more", field=f"models.{name}")
    for name in ("per_minute", "per_ten_minutes", "per_hour", "per_day"):
        if (value := getattr(settings.traffic, name)) < 1:
            raise InvalidInput(f"{value} is too few", hint="1 or more", field=f"traffic.{name}")
    if (vendor := settings.consent.tcf_vendor) is not None and not 1 <= vendor <= 0xFFFF:
        raise InvalidInput(
            f"{vendor} is no vendor id", hint="1 to 65535, as on the Global Vendor List", field="consent.tcf_vendor"
        )
    for section, name, value in (
        ("login", "hours", settings.login.hours),
        ("login", "idle_minutes", settings.login.idle_minutes),
        ("limits", "address_per_minute", settings.limits.address_per_minute + 1),
        ("limits", "token_per_minute", settings.limits.token_per_minute + 1),
    ):
        if value < 1:
            raise InvalidInput(f"{section}.{name} is too small", hint="see docs/settings.md", field=f"{section}.{name}")
    check_engine(settings.engine)
    check_exchange(settings.openrtb, settings.backfill)
