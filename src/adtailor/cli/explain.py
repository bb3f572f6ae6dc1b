"""`adtailor explain`: the whole account of one decision, from its record."""

from pathlib import Path
from typing import Annotated

import typer

from adtailor.cli.decision_table import Names
from adtailor.cli.explain_table import print_account
from adtailor.cli.managed_store import opened
from adtailor.cli.progress import out_console
from adtailor.config.settings import data_folder, load_settings
from adtailor.domain.checks import checked_id
from adtailor.domain.ids import DecisionId
from adtailor.errors import UnknownId
from adtailor.service.wire.account import account_to_wire
from adtailor.service.wire.decoding import encode


def run(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="The decision_id of an answer.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
) -> None:
    """Say of one decision who was eligible, who was ranked and priced, who fell out and why, and what signals changed.

    Records are kept 30 days, and forgotten with their person. A placement that stayed quiet says no more than that.
    """
    with opened(data) as here:
        record = here.store.events.find(DecisionId(checked_id(decision, "DECISION")))
        inventory = here.store.catalogue.inventory()
    if record is None:
        raise UnknownId(
            f"no decision {decision} is on file",
            hint="use the decision_id of an answer; records are kept 30 days, and forgotten with their person",
            field="DECISION",
        )
    if json:
        print(encode(account_to_wire(record.decision)).decode())
        return
    currency = load_settings(data_folder(data)).currency
    print_account(out_console(), record.decision, Names.of(inventory, currency))
