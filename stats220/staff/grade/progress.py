"""The progress of the long commands: a bar in a terminal, and a line now and then where it goes into a file."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_SECONDS = 60.0  # between two lines of a log


@contextlib.contextmanager
def progress_bar(title: str, count: int, *, show: bool) -> Iterator[Callable[[], None]]:
    """Show on stderr, within the block, how many are done and how long the rest takes; what it gives is called once for each."""
    console = Console(stderr=True)
    if show and not console.is_terminal:
        yield _lines(title, count)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not show) as bar:
        task = bar.add_task(title, total=count)
        yield lambda: bar.advance(task)


def _lines(title: str, count: int) -> Callable[[], None]:
    """A line of a log at the first, at the last, and once a minute between."""
    begun = said = time.monotonic()
    done = 0

    def advance() -> None:
        nonlocal done, said
        done, now = done + 1, time.monotonic()
        if done in (1, count) or now - said >= LINE_SECONDS:
            said = now
            left = (now - begun) / done * (count - done)
            more = f", about {left / 60:.0f} min left" if done < count else ""
            print(f"{title}: {done} of {count}{more}", file=sys.stderr, flush=True)

    return advance
