"""adtailor serve: the API and the pages, on this machine."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adtailor import assemble
from adtailor.config.settings import data_folder, load_settings


def run(
    data: Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your user data.")] = None,
    host: Annotated[
        str | None, typer.Option(help="Where to listen; another address than loopback asks for a token.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="The port; 8765 unless set.")] = None,
) -> None:
    """Serve decisions, posts, people and pages until interrupted."""
    folder = data_folder(data)
    settings = load_settings(folder, host=host, port=port)
    assemble.check_port(settings.server.host, settings.server.port)
    # Opened once here, so that a damaged file or a missing model is said at the prompt, not by a worker.
    with Console(stderr=True).status("Opening the rooms"):
        assemble.open_engine(folder, settings).close()
    server = settings.server
    Console(stderr=True).print(
        f"The feed is at [bold]http://{server.host}:{server.port}/[/], the API at /docs, the data in {folder}. "
        "Ctrl-C ends it."
    )
    assemble.serve(folder, host=server.host, port=server.port)
