"""A progress bar on the terminal."""

from collections.abc import Callable


def bar() -> Callable[[int, int], None]:
    """Draws how far a pass has come, and ends its line with the last row; nothing where nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    drawn = Progress(
        TextColumn("learning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    )
    task = drawn.add_task("learning", total=None)

    def told(done: int, total: int) -> None:
        if not drawn.live.is_started:
            drawn.start()
        drawn.update(task, completed=done, total=total)
        if done >= total:
            drawn.stop()

    return told


def line() -> Callable[[object], None]:
    """Keeps one line on the terminal that says how far something has come; a line each time where nobody watches."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)

    def told(said: object) -> None:
        console.print(str(said), end="\r" if console.is_terminal else "\n", overflow="ellipsis", no_wrap=True)

    return told
