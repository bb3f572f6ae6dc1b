"""`adtailor trial`: what a signal or a model earns, shown by people who were served with it and without."""

import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from adtailor.cli import off_policy, trial_table
from adtailor.cli.managed_store import opened
from adtailor.cli.progress import err_console, out_console
from adtailor.domain.audit import Author
from adtailor.domain.ids import PersonId, TrialId
from adtailor.domain.trial import COLUMNS, DESIGNS, Column
from adtailor.errors import InvalidInput
from adtailor.journeys.run_trial import RunTrial
from adtailor.measure.experiments.plan import SiteVariance, plan
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.trials import findings_to_wire, look_to_wire, trial_to_wire

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else ADTAILOR_DATA, else your user data.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are to the audit log; left out, your account's name.")]
Json = Annotated[bool, typer.Option("--json", help="An object a line.")]
Id = Annotated[str, typer.Argument(metavar="ID")]
People = Annotated[
    Path | None,
    typer.Option(
        "--people",
        help='What the site itself knows of people, as {"person_id": "ana", "seconds": 310, "fits": 2, "judged": 3}.',
    ),
]

_COLUMNS: Mapping[str, Column] = {name: name for name in COLUMNS}

app = typer.Typer(no_args_is_help=True, help="Trials: what a signal or a model earns, by people with it and without.")
app.command(name="off-policy")(off_policy.run)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """The journey, and who asks."""

    run: RunTrial
    author: Author


@app.command(name="plan")
def plan_(
    *,
    effect: Annotated[float, typer.Option("--effect", min=0.0001, max=1.0, help="The change to find, 0.01 for 1 %.")],
    differs: Annotated[
        float, typer.Option("--differs", min=0.001, max=1.0, help="Share of pages that arms would serve differently.")
    ] = 1.0,
    days: Annotated[
        float, typer.Option("--days", min=1, max=29, help="Days of the log to learn the variance of.")
    ] = 14,
    looks: Annotated[int, typer.Option("--looks", min=1, max=365, help="How often it may be read.")] = 14,
    power: Annotated[float, typer.Option("--power", min=0.5, max=0.99)] = 0.8,
    alpha: Annotated[float, typer.Option("--alpha", min=0.001, max=0.2)] = 0.05,
    hold_out: Annotated[float, typer.Option("--hold-out", min=0.001, max=0.5, help="People without signals.")] = 0.02,
    people: Annotated[int | None, typer.Option("--site-people", min=1, help="Instead of the log: people.")] = None,
    variation: Annotated[
        float | None, typer.Option("--variation", min=0.01, help="Instead of the log: standard deviation / mean.")
    ] = None,
    correlation: Annotated[
        float, typer.Option("--correlation", min=0.0, max=0.999, help="Instead of the log: of before and during.")
    ] = 0.0,
    json: Json = False,
    data: Data = None,
) -> None:
    """Say how many people an effect needs, by design, from how people of this site differ."""
    if variation is None:
        with _desk(data) as desk:
            site = desk.run.variance(now=desk.author.at, days=days)
    else:
        site = SiteVariance(people=people or 1, days=days, mean=1.0, variation=variation, correlation=correlation)
    plans = plan(
        site, effect=effect, differs=differs, looks=looks, power=power, alpha=alpha, hold_out=hold_out,
        designs=[design for design in DESIGNS if design not in {"switchback", "ghost ads"}],
    )  # fmt: skip
    if json:
        print(msgspec.json.encode({"site": site, "plans": plans}).decode())
        return
    out_console().print(trial_table.planned(site, plans))
    best = min(plans, key=lambda one: one.found_at_site)
    if all(one.people > site.people for one in plans) and variation is None:
        err_console().print(
            f"This site has too few people for {effect:.2%} by any design: {best.design} would show "
            f"{best.found_at_site:.2%}. That is the honest answer until more people come.",
            markup=False,
        )


@app.command()
def register(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The registration; see docs/trials.md.")],
    *,
    by: By = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Keep what is to be found out, and how, before anything is seen; its hash proves it later."""
    try:
        text = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", hint="name a TOML file", field="FILE") from None
    with _desk(data, by) as desk:
        trial = desk.run.register(text, desk.author)
    if json:
        print(encode(trial_to_wire(trial)).decode())
        return
    out_console().print(
        f"{trial.registration.id} is registered: {trial.registration.design}, grade {trial.registration.grade}, "
        f"{trial.registration.people:,} people.\nsha256 {trial.hash}\n"
        f"`adtailor trial start {trial.registration.id}` begins it; from then on nothing of it changes.",
        markup=False,
    )


@app.command()
def start(trial_id: Id, *, by: By = None, data: Data = None) -> None:
    """Begin: people are served by their arms from the next second on."""
    with _desk(data, by) as desk:
        trial = desk.run.start(TrialId(trial_id), desk.author)
    arms = ", ".join(f"{arm.name} {arm.parts / 100:g} %" for arm in trial.registration.arms)
    out_console().print(f"{trial_id} runs: {arms}", markup=False)


@app.command()
def watch(
    trial_id: Id,
    *,
    every: Annotated[float | None, typer.Option("--every", min=1, help="Seconds; again and again.")] = None,
    people: People = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Look as often as you like: people, sample ratio and guardrails. The primary metric is not shown."""
    while True:
        with _desk(data) as desk:
            findings = desk.run.watch(TrialId(trial_id), now=desk.author.at, told=_told(people))
        if json:
            print(encode(findings_to_wire(findings)).decode(), flush=True)
        else:
            out_console().print(trial_table.found(findings, is_watched=True))
        if findings.sample_ratio.is_broken or any(one.verdict == "worse" for one in findings.findings):
            raise typer.Exit(3)
        if every is None:
            return
        time.sleep(every)


@app.command()
def read(
    trial_id: Id,
    *,
    again: Annotated[bool, typer.Option("--again", help="Show the last look; no new one is taken.")] = False,
    people: People = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Take a look, which counts: its bounds are those of one look more, whatever it shows."""
    with _desk(data) as desk:
        if again:
            looks = desk.run.looks(TrialId(trial_id))
            if not looks:
                raise InvalidInput(f"{trial_id} was not read yet", hint="leave --again out", field="--again")
            look = looks[-1]
        else:
            look = desk.run.read(TrialId(trial_id), now=desk.author.at, told=_told(people))
    if json:
        print(encode(look_to_wire(look)).decode())
        return
    out_console().print(trial_table.found(look.findings))


@app.command()
def stop(
    trial_id: Id,
    *,
    because: Annotated[str, typer.Option("--because", help="Why, for whoever reads it later.")],
    by: By = None,
    data: Data = None,
) -> None:
    """End it: everybody is served alike again."""
    with _desk(data, by) as desk:
        desk.run.stop(TrialId(trial_id), because, desk.author)
    out_console().print(f"{trial_id} is stopped", markup=False)


@app.command(name="list")
def list_(*, json: Json = False, data: Data = None) -> None:
    """All trials, and what their last look said."""
    with _desk(data) as desk:
        found = desk.run.listed()
    if json:
        for one in found:
            print(encode(trial_to_wire(one.trial, one)).decode())
        return
    if not found:
        out_console().print("No trials yet: `adtailor trial plan --effect 0.02` says how many people one needs.")
        return
    out_console().print(trial_table.listed(found))


@contextmanager
def _desk(data: Path | None, by: str | None = None) -> Generator[_Desk]:
    with opened(data, by=by) as here:
        run = RunTrial(trials=here.store.trials, events=here.store.events, audit=here.store.audit)
        yield _Desk(run=run, author=here.author)


def _told(file: Path | None) -> Mapping[PersonId, Mapping[Column, float]] | None:
    """The site's own file, an object a line; `-` for standard input."""
    if file is None:
        return None
    told: dict[PersonId, dict[Column, float]] = {}
    try:
        lines = sys.stdin.buffer.readlines() if str(file) == "-" else file.read_bytes().splitlines()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}", hint="name a file", field="--people") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, str | float])
            person = row.pop("person_id")
            values: dict[Column, float] = {}
            for name, value in row.items():
                column = _COLUMNS.get(name)
                if column is None or isinstance(value, str):
                    raise InvalidInput(
                        f"{name!r}", hint=f"numbers, named {', '.join(COLUMNS)}", field=f"--people, line {number}"
                    )
                values[column] = float(value)
        except (msgspec.DecodeError, KeyError) as error:
            raise InvalidInput(
                f"{error}", hint='as {"person_id": "ana", "seconds": 310}', field=f"--people, line {number}"
            ) from None
        told[PersonId(str(person))] = values
    return told
