"""`adtailor keys`: the keys of event addresses and the master key, replaced while servers run."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adtailor.cli.managed_store import opened
from adtailor.cli.progress import err_console, out_console
from adtailor.errors import InvalidInput
from adtailor.service.wire.decoding import encode
from adtailor.storage.sqlite import TOKEN_KEYS_READ

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else ADTAILOR_DATA, else your user data.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are to the audit log; left out, your account's name.")]
NAMES = {"token": "events", "master": "master", "hash": "hash", "site": "site", "installation": "installation"}
SAYS = {
    "events": "seals the addresses of events, of explanations and of exchanges' notices",
    "master": "all other keys are sealed under it",
    "hash": "finds rows by a hash of their id; fixed, or nothing would be found again",
    "site": "seals what belongs to no person; fixed",
    "installation": "ties this file to its database; fixed",
}
DAILY = "viewers"

app = typer.Typer(no_args_is_help=True, help="Keys: list them, replace them while servers run, retire old ones.")


@app.command(name="list")
def list_(
    *, json: Annotated[bool, typer.Option("--json", help="An object a line.")] = False, data: Data = None
) -> None:
    """List the keys: what each is for, since when, and how long it is kept. Never a key."""
    with opened(data) as here:
        keys = [key for key in here.store.key_ring() if key.name != DAILY]
    if json:
        for key in keys:
            kept_until = None if key.replaced_at is None else key.replaced_at + TOKEN_KEYS_READ
            told = {"kind": NAMES[key.name], "id": key.id, "made_at": key.made_at, "replaced_at": key.replaced_at}
            print(encode({**told, "kept_until": kept_until}).decode())
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Kind", "Id", "Made", "State", "What for"):
        table.add_column(column, overflow="fold")
    for key in sorted(keys, key=lambda one: list(NAMES).index(one.name)):
        kind = NAMES[key.name]
        if key.replaced_at is None:
            state = Text("in use", style="green")
        else:
            state = Text(f"opens what it sealed until {key.replaced_at + TOKEN_KEYS_READ:%Y-%m-%d}", style="dim")
        table.add_row(kind, str(key.id), _day(key.made_at), state, SAYS[kind])
    out_console().print(table)


@app.command()
def rotate(
    kind: Annotated[str, typer.Argument(metavar="[events|master]", help="Which key to replace.")] = "events",
    *,
    by: By = None,
    data: Data = None,
) -> None:
    """Replace a key. Servers go on: within seconds they seal with the new one; what the old one sealed still opens."""
    if kind not in {"events", "master"}:
        raise InvalidInput(f"no key {kind!r} to rotate", hint="events or master", field="KIND")
    with opened(data, by=by) as here:
        if kind == "master":
            new = here.store.rotate_master_key(here.author)
            said = f"Master key {new} is in force, and every key is sealed under it. The one before is deleted."
        else:
            new = here.store.rotate_token_key(here.author)
            until = here.now + TOKEN_KEYS_READ
            said = f"Key {new} seals events from now on. Addresses under the one before open until {until:%Y-%m-%d}."
    err_console().print(said, markup=False)


@app.command()
def retire(
    key_id: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="One that leaked, at once; left out, all that had their time.")
    ] = None,
    *,
    by: By = None,
    data: Data = None,
) -> None:
    """Delete keys of events whose last address has expired, as servers do by themselves; or one at once, by its id."""
    with opened(data, by=by) as here:
        if key_id is None:
            gone = here.store.retire_token_keys(here.now)
            said = f"Deleted: {', '.join(map(str, gone))}." if gone else "None has had its time yet."
        else:
            here.store.retire_token_key(key_id, here.author)
            said = f"Key {key_id} is deleted: no address under it opens any more, servers notice within seconds."
    err_console().print(said, markup=False)


def _day(at: datetime | None) -> str:
    return "before dates were kept" if at is None else f"{at:%Y-%m-%d}"
