"""`adtailor distil`: a larger model teaches the embedded one on your own posts; only what people find better stays."""

import json as plain_json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from adtailor import assemble
from adtailor.cli.distil_inputs import read_humans, read_posts_file
from adtailor.cli.distil_labels import open_labels
from adtailor.cli.distil_report import card_of, document_of, print_outcome, say_estimate
from adtailor.cli.progress import err_console, out_console, progress
from adtailor.config.settings import Settings, TextEngine, data_folder, load_settings
from adtailor.errors import InvalidInput
from adtailor.ports import TextReader

TRIED_FIRST = 3
"""Posts by which is told how long the rest will take."""
SEEN = 20
"""So many times the limit of the newest posts is drawn from."""


def run(
    *,
    teacher: Annotated[
        TextEngine | None, typer.Option("--teacher", help="Which engine labels; left out, models.text_engine.")
    ] = None,
    posts: Annotated[
        Path | None, typer.Option("--posts", help="A JSONL file of posts to label, in place of the stored ones.")
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="The posts of --posts are yours alone: label feelings and stress as well.")
    ] = False,
    human: Annotated[
        Path | None,
        typer.Option("--human", help="JSONL of texts that people labelled; without it nothing is promoted."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Label at most so many posts.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Decides which posts are drawn and which labels judge.")] = 7,
    send_posts_to: Annotated[
        str | None, typer.Option("--send-posts-to", help="Name the other machine that the posts may be sent to.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the heads before the last promotion.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one object with everything compared.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data directory.")] = None,
) -> None:
    """Have a larger model label a sample of your own posts, and train the embedded heads on what it says.

    The table says where teacher, default, student and people agree. A part is promoted only where the student is surely
    better than the default on labels by people that it has not seen. Stop at any time: the same command goes on.
    """
    folder = data_folder(data)
    if undo:
        _undo(folder)
        return
    settings = load_settings(folder)
    errors = err_console()
    teaching = _Teacher(settings, teacher, send_posts_to)
    try:
        _distil(
            folder, settings, teaching, errors,
            posts=posts, own=own, human=human, limit=limit, seed=seed, json=json,
        )  # fmt: skip
    finally:
        teaching.model.close()


class _Teacher:
    """The engine that labels, and whether posts leave this machine for it."""

    def __init__(self, settings: Settings, kind: TextEngine | None, send_posts_to: str | None) -> None:
        import msgspec

        chosen = kind or settings.models.text_engine
        # The permission to read on another machine is none to label there: it has to be given for this.
        engine = msgspec.structs.replace(settings.engine, remote_host=send_posts_to)
        self.host: str | None = None
        if chosen == "openai_compatible":
            from adtailor.engines.http_post import target_of

            target = target_of(engine.base_url)
            self.host = None if target.is_loopback else target.host
            if self.host is not None and send_posts_to != self.host:
                raise InvalidInput(
                    f"the teacher is on another machine, {self.host}: your posts would be sent there",
                    hint=f"if that is what you want: --send-posts-to {self.host}",
                    field="--teacher",
                )
        model = assemble.language_model(chosen, engine)
        if model is None:
            raise InvalidInput(
                "the embedded models cannot teach themselves",
                hint="--teacher llama_cpp or --teacher openai_compatible; see docs/engines.md",
                field="--teacher",
            )
        self.model = model
        self.engine = engine

    def reader(self, default: TextReader) -> TextReader:
        """Reads with the teacher, over the default."""
        return assemble.asking(default, self.model, self.engine, parts=("sentiment", "emotions", "tone", "stress"))


def _distil(
    folder: Path,
    settings: Settings,
    teaching: _Teacher,
    errors: Console,
    *,
    posts: Path | None,
    own: bool,
    human: Path | None,
    limit: int,
    seed: int,
    json: bool,
) -> None:
    from adtailor.journeys.distil import human_samples, label, learn, sample_of
    from adtailor.understand.distil.kept import KeptHeads
    from adtailor.understand.training.packages import needed

    needed("sklearn.linear_model")  # before hours are spent
    if own and posts is None:
        raise InvalidInput("--own speaks of a file", hint="name it with --posts", field="--own")
    humans = [] if human is None else read_humans(human)
    from adtailor.config.policy import load_policy
    from adtailor.storage import SqliteStore

    policy = load_policy(settings.deciding.policy)
    with SqliteStore(folder) as store:
        found = store.posts.recent(limit * SEEN) if posts is None else read_posts_file(posts)
        samples = sample_of(found, None if own else store.people, policy, limit=limit, seed=seed)
    if not samples:
        raise InvalidInput(
            "there are no posts to learn from",
            hint="adtailor serve takes posts in; or name a file with --posts (and --own if they are yours alone)",
        )
    asked = human_samples(humans)
    if teaching.host is not None:
        warning = f"the words of {len(samples) + len(asked):,} posts are sent to {teaching.host}; no names, no ids"
        errors.print(Text.assemble(("note: ", "yellow"), warning))
    default = assemble.text_reader(settings.models)
    reader, name = teaching.reader(default), teaching.model.name
    with open_labels(folder, teacher=name) as labels:
        both = [*samples, *asked]
        missing = labels.missing(both)
        if missing:
            started = time.monotonic()
            first = missing[:TRIED_FIRST]
            label(
                first, reader, teacher_name=name, known=labels.known, keep=labels.keep, at_once=1,
                progress=lambda _: None,
            )  # fmt: skip
            say_estimate(errors, time.monotonic() - started, done=len(first), left=len(missing) - len(first))
        with progress(errors, len(both)) as bar:
            task = bar.task_ids[0]
            bar.update(task, description="labelling")
            told = label(
                both, reader, teacher_name=name, known=labels.known, keep=labels.keep,
                at_once=max(4, teaching.model.at_once), progress=lambda more: bar.advance(task, more),
            )  # fmt: skip
            bar.update(task, description="learning")
            kept = KeptHeads(folder)
            outcome = learn(
                samples, told[: len(samples)], humans, told[len(samples) :],
                default=default, current=assemble.distilled(default, folder, settings.models),
                encoder=assemble.text_encoder(settings.models), teacher_name=name, version=kept.next_version(),
                seed=seed, carried=kept.carried(default=default.models),
            )  # fmt: skip
        where = None
        if outcome.heads is not None:
            where = kept.promote(outcome.heads, card=card_of(outcome, teacher=name, posts=len(samples), seed=seed))
        labels.done()
    if json:
        print(plain_json.dumps(document_of(outcome, teacher=name, posts=len(samples)), indent=1))
        return
    print_outcome(out_console(), outcome, teacher=name, posts=len(samples), humans=len(humans), where=where)


def _undo(folder: Path) -> None:
    from adtailor.understand.distil.kept import KeptHeads

    now = KeptHeads(folder).undo()
    said = "the default heads read again" if now is None else f"distilled@{now} reads again"
    err_console().print(f"undone: {said}; a running server reads so from its next start")
