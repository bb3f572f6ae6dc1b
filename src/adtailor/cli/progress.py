"""How far a run has come, on standard error, if someone is watching."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class Speed(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        """Nothing until there is something to divide."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


def err_console() -> Console:
    """Standard error: progress, complaints, outcomes."""
    return Console(stderr=True, highlight=False)


def out_console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for columns where there is none."""
    console = Console(highlight=False)
    if not console.is_terminal and console.width == 80:
        console.width = 140
    return console


@contextmanager
def progress(console: Console, total: int | None) -> Generator[Progress]:
    """A bar with speed and time left; nothing at all where standard error is no terminal."""
    bar = Progress(
        TextColumn("[dim]{task.description}"),
        BarColumn(bar_width=None, style="dim", complete_style="green", finished_style="green"),
        MofNCompleteColumn(),
        Speed(),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        expand=True,
    )
    with bar:
        bar.add_task("reading", total=total)
        yield bar
