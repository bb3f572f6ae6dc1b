"""`adtailor user`: who may log in to the console, with a password."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.prompt import Prompt
from rich.table import Table
from rich.text import Text

from adtailor.cli.managed_store import opened
from adtailor.cli.progress import err_console, out_console
from adtailor.cli.shown import shown
from adtailor.domain.access import ROLE_WORDS, Role
from adtailor.domain.ids import OrganizationId
from adtailor.domain.login import ROLES_OF_PEOPLE, User, checked_password
from adtailor.errors import InvalidInput, UnknownId
from adtailor.service.wire.decoding import encode
from adtailor.storage.passwords import Argon2Passwords

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else ADTAILOR_DATA, else your user data.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are to the audit log; left out, your account's name.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What they log in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]

app = typer.Typer(no_args_is_help=True, help="People who log in to the console, each with a password of their own.")


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[str, typer.Option("--role", help="; ".join(f"{r}: {ROLE_WORDS[r]}" for r in ROLES_OF_PEOPLE))],
    organization: Annotated[str | None, typer.Option("--organization", help="Whose buying side it is for.")] = None,
    password_stdin: FromStdin = False,
    by: By = None,
    data: Data = None,
) -> None:
    """Add somebody. You are asked for a password, which is never shown and of which only a hash is kept."""
    chosen: Role | None = next((one for one in ROLES_OF_PEOPLE if one == role), None)
    if chosen is None:
        raise InvalidInput(f"nobody logs in as {role!r}", hint=f"one of {', '.join(ROLES_OF_PEOPLE)}", field="--role")
    with opened(data, by=by) as here:
        if organization is not None and here.store.catalogue.item("organizations", organization) is None:
            raise UnknownId(
                f"there is no organization {organization!r}",
                hint="adtailor manage list organizations shows their ids",
                field="--organization",
            )
        user = User(
            name=name,
            role=chosen,
            organization_id=None if organization is None else OrganizationId(organization),
            created_at=here.now,
            password_at=here.now,
        )
        here.store.logins.add(user, _hashed(name, from_stdin=password_stdin), here.author)
    out_console().print(Text(f"{name} may log in as {chosen}: {ROLE_WORDS[chosen]}"))


@app.command()
def password(name: Name, *, password_stdin: FromStdin = False, by: By = None, data: Data = None) -> None:
    """Give somebody another password; their sessions end."""
    with opened(data, by=by) as here:
        if here.store.logins.find(name) is None:
            raise UnknownId(f"there is no user {name!r}", hint="adtailor user list shows them", field="NAME")
        here.store.logins.set_password(name, _hashed(name, from_stdin=password_stdin), here.author)
    out_console().print(Text(f"{name} has another password, and is logged out everywhere"))


@app.command()
def remove(name: Name, *, by: By = None, data: Data = None) -> None:
    """Remove somebody; their sessions end."""
    with opened(data, by=by) as here:
        here.store.logins.remove(name, here.author)
    out_console().print(Text(f"{name} may not log in any more"))


@app.command(name="list")
def list_(
    *, json: Annotated[bool, typer.Option("--json", help="An object a line.")] = False, data: Data = None
) -> None:
    """List who may log in, and where they are logged in."""
    with opened(data) as here:
        users = here.store.logins.users()
        sessions = {user.name: len(here.store.logins.sessions(user.name)) for user in users}
    if json:
        for user in users:
            told = {"name": user.name, "role": user.role, "organization_id": user.organization_id}
            dates = {"created_at": user.created_at, "password_at": user.password_at}
            print(encode({**told, **dates, "sessions": sessions[user.name]}).decode())
        return
    if not users:
        out_console().print("Nobody yet: adtailor user add NAME --role owner adds somebody.", markup=False)
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Name", "Role", "Of", "Since", "Password", "Sessions"):
        table.add_column(column, overflow="fold")
    for user in users:
        table.add_row(
            Text(shown(user.name, 64)),
            user.role,
            user.organization_id or "all",
            f"{user.created_at:%Y-%m-%d}",
            f"{user.password_at:%Y-%m-%d}",
            str(sessions[user.name]),
        )
    out_console().print(table)


@app.command()
def logout(name: Name, *, data: Data = None) -> None:
    """End every session of somebody, from the next request on."""
    with opened(data) as here:
        if here.store.logins.find(name) is None:
            raise UnknownId(f"there is no user {name!r}", hint="adtailor user list shows them", field="NAME")
        ended = here.store.logins.end_all(name)
    out_console().print(Text(f"{ended} session{'' if ended == 1 else 's'} of {name} ended"))


def _hashed(name: str, *, from_stdin: bool) -> str:
    """The hash of a password that is typed twice unseen, or read from a pipe; never from the command line, which others
    on the machine can see."""
    if from_stdin:
        typed = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        typed = Prompt.ask("Password", password=True, console=err_console())
        if Prompt.ask("Again", password=True, console=err_console()) != typed:
            raise InvalidInput("the two are not the same", hint="type the same password twice", field="password")
    else:
        raise InvalidInput("no password", hint="give it on standard input, with --password-stdin", field="password")
    return Argon2Passwords().hashed(checked_password(typed, name))
