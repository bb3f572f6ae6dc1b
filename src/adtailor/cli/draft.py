"""`adtailor draft AD`: a local language model proposes other words for an ad; a person approves them, or does not."""

import getpass
import json as plain_json
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor import assemble
from adtailor.cli.progress import err_console, out_console, progress
from adtailor.cli.shown import shown
from adtailor.config.settings import TextEngine, data_folder, load_settings
from adtailor.domain.checks import checked_id
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId
from adtailor.errors import InvalidInput
from adtailor.journeys.draft import Drafts, Proposal

TONES = "playful,warm,calm"
STYLES = {"draft": "yellow", "approved": "green", "rejected": "dim"}


def run(
    ad: Annotated[str, typer.Argument(metavar="AD", help="The id of an ad in the catalogue.")],
    *,
    tones: Annotated[str, typer.Option("--tones", help="Tones to write for, with commas between them.")] = TONES,
    engine: Annotated[
        TextEngine | None, typer.Option("--engine", help="Which engine writes; left out, the one that is set.")
    ] = None,
    approve: Annotated[int | None, typer.Option("--approve", min=1, help="Let the variant N be shown.")] = None,
    reject: Annotated[int | None, typer.Option("--reject", min=1, help="Never show the variant N.")] = None,
    only_list: Annotated[bool, typer.Option("--list", help="Show what there is, and write nothing.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who decides; left out, your account's name.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other words.")] = 7,
    json: Annotated[bool, typer.Option("--json", help="Print the variants as JSON.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data directory.")] = None,
) -> None:
    """Propose a headline and a body for each tone; nothing is shown to anybody until a person approves it.

    An approved variant is shown in place of the ad's own words where it fits the tone of the page and the ad has won
    anyway, at the same price.
    """
    if sum(chosen is not None for chosen in (approve, reject)) + only_list > 1:
        raise InvalidInput("one thing at a time", hint="--approve N, --reject N or --list", field="--approve")
    from adtailor.storage import SqliteStore

    folder = data_folder(data)
    ad_id = AdId(checked_id(ad, "AD"))
    now = assemble.SystemClock().now()
    with SqliteStore(folder) as store:
        drafts = Drafts(store.catalogue)
        creative = drafts.creative_of(ad_id)
        proposals: list[Proposal] = []
        if (number := approve or reject) is not None:
            state = "approved" if approve is not None else "rejected"
            drafts.decide(ad_id, number, state, by=by or getpass.getuser(), now=now)
        elif not only_list:
            proposals = _proposed(drafts, ad_id, folder, tones=tones, engine=engine, seed=seed)
        creative = drafts.creative_of(ad_id)
    if json:
        print(msgspec.json.encode(creative.variants).decode())
        return
    _print(out_console(), ad, creative, proposals)


def _proposed(
    drafts: Drafts, ad_id: AdId, folder: Path, *, tones: str, engine: TextEngine | None, seed: int
) -> list[Proposal]:
    settings = load_settings(folder)
    kind = engine or settings.models.text_engine
    model = assemble.language_model("llama_cpp" if kind == "onnx" else kind, settings.engine)
    assert model is not None  # noqa: S101  # only onnx has none
    wanted = [tone.strip() for tone in tones.split(",") if tone.strip()]
    try:
        with progress(err_console(), len(wanted)) as bar:
            bar.update(bar.task_ids[0], description="writing")
            return drafts.propose(
                ad_id, wanted, model, now=assemble.SystemClock().now(), seed=seed,
                progress=lambda more: bar.advance(bar.task_ids[0], more),
            )  # fmt: skip
    finally:
        model.close()


def _print(console: Console, ad: str, creative: Creative, proposals: list[Proposal]) -> None:
    table = Table(box=SIMPLE_HEAD, header_style="bold", border_style="dim", pad_edge=False, show_edge=False)
    for column in ("N", "Tone", "Headline", "Body", "State", "By"):
        table.add_column(column, overflow="fold", justify="right" if column == "N" else "left")
    own = ", ".join(creative.tone) or "its own"
    table.add_row("", own, Text(shown(creative.headline)), Text(shown(creative.body)), Text("in use", style="bold"), "")
    for number, variant in enumerate(creative.variants, start=1):
        who = variant.decided_by or variant.model or ""
        when = variant.decided_at or variant.drafted_at
        table.add_row(
            str(number), variant.tone, Text(shown(variant.headline)), Text(shown(variant.body)),
            Text(variant.state, style=STYLES[variant.state]),
            Text(shown(f"{who}, {when:%Y-%m-%d %H:%M}Z" if when else who), style="dim"),
        )  # fmt: skip
    console.print(table)
    for proposal in proposals:
        if proposal.variant is None:
            reasons = plain_json.dumps(list(dict.fromkeys(proposal.refused)), ensure_ascii=False)[1:-1]
            console.print(
                Text(shown(f"{proposal.tone}: nothing that may be shown was written: {reasons}"), style="yellow")
            )
    waiting = [n for n, variant in enumerate(creative.variants, start=1) if variant.state == "draft"]
    if waiting:
        console.print(
            Text(f"\nNothing of a draft is shown to anybody: adtailor draft {ad} --approve {waiting[0]}, or --reject.")
        )
