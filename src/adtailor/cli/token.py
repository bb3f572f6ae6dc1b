"""`adtailor token`: who may ask for what over HTTP."""

from datetime import timedelta
from pathlib import Path
from random import SystemRandom
from typing import Annotated, get_args

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adtailor.cli.managed_store import opened
from adtailor.cli.progress import err_console, out_console
from adtailor.cli.shown import shown
from adtailor.domain.access import ROLE_WORDS, AccessToken, Role
from adtailor.domain.ids import OrganizationId, SiteId, uuid7
from adtailor.errors import InvalidInput, UnknownId
from adtailor.service.wire.decoding import encode

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else ADTAILOR_DATA, else your user data.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are to the audit log; left out, your account's name.")]

ROLES_SAID = "; ".join(f"{name}: {says}" for name, says in ROLE_WORDS.items())

app = typer.Typer(no_args_is_help=True, help="Tokens with roles, for those who ask over HTTP.")


@app.command()
def create(
    *,
    role: Annotated[
        str, typer.Option("--role", help="; ".join(f"{name}: {says}" for name, says in ROLE_WORDS.items()))
    ],
    organization: Annotated[str | None, typer.Option("--organization", help="Whose buying side it is for.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Which site it is for.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="What you call it.")] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, max=3650, help="Until it expires.")] = None,
    by: By = None,
    data: Data = None,
) -> None:
    """Make a token and show it once: only a hash of it is kept."""
    if role not in get_args(Role):
        raise InvalidInput(f"no role {role!r}", hint=f"one of {', '.join(get_args(Role))}", field="--role")
    chosen: Role = next(one for one in get_args(Role) if one == role)
    with opened(data, by=by) as here:
        for kind, whose in (("organizations", organization), ("sites", site)):
            if whose is not None and here.store.catalogue.item(kind, whose) is None:  # type: ignore[arg-type]
                raise UnknownId(
                    f"there is no {kind[:-1]} {whose!r}",
                    hint=f"adtailor manage list {kind} shows their ids",
                    field=f"--{kind[:-1]}",
                )
        token = AccessToken(
            id=uuid7(here.now, SystemRandom()),
            label=label or " ".join(filter(None, (role, organization or site))),
            role=chosen,
            organization_id=None if organization is None else OrganizationId(organization),
            site_id=None if site is None else SiteId(site),
            created_at=here.now,
            expires_at=None if days is None else here.now + timedelta(days=days),
        )
        secret = here.store.tokens.create(token, here.author)
    err_console().print(
        f"Token {token.id} for {ROLE_WORDS[chosen]}. It is shown this once; send it as Authorization: Bearer.",
        markup=False,
    )
    print(secret)


@app.command(name="list")
def list_(
    *, json: Annotated[bool, typer.Option("--json", help="An object a line.")] = False, data: Data = None
) -> None:
    """List tokens: what each may do, never the token."""
    with opened(data) as here:
        tokens, now = here.store.tokens.tokens(), here.now
    if json:
        for token in tokens:
            print(encode(token).decode())
        return
    if not tokens:
        out_console().print("No tokens yet: adtailor token create --role site --site ID makes one.", markup=False)
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Id", "Label", "Role", "Of", "State"):
        table.add_column(column, overflow="fold")
    for token in tokens:
        if token.revoked_at is not None:
            state = Text(f"revoked {token.revoked_at:%Y-%m-%d}", style="dim")
        elif not token.opens(now):
            state = Text(f"expired {token.expires_at:%Y-%m-%d}", style="dim")
        else:
            state = Text(f"good until {token.expires_at:%Y-%m-%d}" if token.expires_at else "good", style="green")
        whose = token.organization_id or token.site_id or "all"
        table.add_row(token.id, Text(shown(token.label, 60)), token.role, whose, state)
    out_console().print(table)


@app.command()
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID")], *, by: By = None, data: Data = None) -> None:
    """End a token, from the next request on."""
    with opened(data, by=by) as here:
        token = here.store.tokens.revoke(token_id, here.author)
    out_console().print(Text(f"{shown(token.label)} is revoked"))
