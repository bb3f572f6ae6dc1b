"""Every verb at a prompt, a file each; only the verb that was asked for is imported."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

import typer

from adtailor import __version__
from adtailor.cli import failure
from adtailor.errors import AdtailorError

USAGE = 2
"""Exit code where the input, the command line or the installation can be mended by whoever typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb: `run` of its module is the command, or `app` is a group of commands."""

    name: str
    help: str
    is_group: bool = False
    module: str | None = None
    """Where it is not called as the verb: `import` cannot be."""


VERBS: tuple[Verb, ...] = (
    Verb(name="demo", help="A small invented community: its posts read, ads tailored to them, and why."),
    Verb(name="serve", help="Serve the API and the pages on this machine."),
    Verb(name="decide", help="Answer one request for ads, as the API would, and say why."),
    Verb(name="read", help="Read posts and photos: JSONL, archives of Mastodon, Instagram, Facebook, feeds, pictures."),
    Verb(name="evaluate", help="Measure the installed models on posts that people have labelled."),
    Verb(name="train", help="Train the heads again, from labelled data you have.", is_group=True),
    Verb(name="draft", help="Have a local language model propose other words for an ad; you approve them."),
    Verb(name="manage", help="Campaigns, ads, creatives, sites: list, add, change, pause, archive.", is_group=True),
    Verb(name="campaigns", help="Campaigns to a spreadsheet and back.", is_group=True),
    Verb(name="review", help="Approve or reject creatives before anybody sees them."),
    Verb(name="reach", help="Which ads that go by people's profile reach enough of them to serve."),
    Verb(name="repository", help="The public repository: every ad that ran within a year, as it was shown."),
    Verb(name="explain", help="One decision: who was ranked, who fell out and why, and what each signal changed."),
    Verb(name="token", help="Tokens with roles, for those who ask over HTTP.", is_group=True),
    Verb(
        name="user", help="People who log in to the console: add, list, remove, and end their sessions.", is_group=True
    ),
    Verb(name="keys", help="Keys: list them, replace them while servers run, retire old ones.", is_group=True),
    Verb(name="helplines", help="Which helplines are switched on, and until when; check one against its source."),
    Verb(name="audit", help="Who changed what, when."),
    Verb(name="distil", help="Learn from a larger model on your own posts; keep only what people find better."),
    Verb(
        name="import",
        help="Take over campaigns from another ad server: first what would change, then all of it or nothing.",
        is_group=True,
        module="import_campaigns",
    ),
    Verb(name="shadow", help="What would have been shown where another server decided: nothing is changed by it."),
    Verb(name="trial", help="Show what a signal or a model earns: plan, register, start, watch, read.", is_group=True),
    Verb(name="report", help="Sum up what was delivered and what it cost; --check compares it with the ledger."),
    Verb(name="simulate", help="Hide effects in simulated worlds, and see how often a trial finds the truth."),
    Verb(name="ledger", help="What each signal and each model earned, less its cost, and how good the evidence is."),
    Verb(name="statement", help="A month to sign and publish: what signals earned, which promises held."),
    Verb(name="events", help="Mark events as invalid traffic, and give back what they cost.", is_group=True),
    Verb(name="trust", help="Try every promise on this machine, and say which hold."),
    Verb(name="doctor", help="Say what is installed, which models, and what is missing."),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and exit: 0 done, 1 a fault of ours, 2 something the caller can mend, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        application(given)(args=given, prog_name="adtailor")
    except AdtailorError as error:
        _leave(failure.report(error, USAGE))
    except KeyboardInterrupt:
        _leave(130)
    except BrokenPipeError:
        _silence()
        _leave(1)
    except Exception as error:
        if os.environ.get("ADTAILOR_DEBUG"):
            raise
        _leave(failure.report_unexpected(error))


def application(arguments: Sequence[str]) -> typer.Typer:
    """All verbs by name and help line, of which only the one named in `arguments` is loaded.

    Importing every verb would cost seconds (the kernels, the models' engine, the server) for one line of help.
    """
    app = typer.Typer(
        name="adtailor",
        help="Ads that fit the person and the moment, from open models you host yourself.",
        epilog="adtailor VERB --help says more. Set ADTAILOR_DEBUG=1 to see tracebacks.",
        no_args_is_help=True,
        invoke_without_command=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_options)
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    for verb in VERBS:
        if verb.name != wanted:
            app.command(verb.name, help=verb.help)(_not_loaded)
        elif verb.is_group:
            app.add_typer(import_module(f"adtailor.cli.{verb.module or verb.name}").app, name=verb.name, help=verb.help)
        else:
            app.command(verb.name)(import_module(f"adtailor.cli.{verb.module or verb.name}").run)
    return app


def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"adtailor {__version__}")
        raise typer.Exit


def _not_loaded() -> None:
    """Stands in the help for a verb that was not asked for."""


def _silence() -> None:
    """Whoever read our output has gone: say nothing more, not even when the interpreter flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(code: int) -> None:
    raise SystemExit(code)
