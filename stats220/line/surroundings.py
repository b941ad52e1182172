"""What a check leaves as it was in a notebook, where it shares a process with the student's code.

In a sandbox the check has a process of its own, where nothing was set. So that it sees the same in a notebook, its own
code runs with the defaults there, and the student's with what the student has set.
"""

from __future__ import annotations

import contextlib
import linecache
import random
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import numpy as np
import torch

from stats220.line.settings import Settings


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Leave random states, settings and open figures as they were; in the block, settings are the defaults."""
    settings, figures = Settings.now(), _open_figures()
    python, numpy, torch_cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if _uses_gpu() else None
    Settings.fresh().apply()
    try:
        yield
    finally:
        settings.apply()
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_rng_state(torch_cpu)
        if gpus is not None:
            torch.cuda.set_rng_state_all(gpus)
        for number in _open_figures() - figures:
            sys.modules["matplotlib.pyplot"].close(number)


def _uses_gpu() -> bool:
    return bool(torch.cuda.is_initialized())


def _open_figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set() if pyplot is None else set(pyplot.get_fignums())


class Interrupted(KeyboardInterrupt):
    """The user stopped the student's code, in that line of it. A notebook shows the message, and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"KeyboardInterrupt: {self}"]


@contextlib.contextmanager
def user_interrupts() -> Iterator[None]:
    """Tell a Ctrl-C from a ``raise KeyboardInterrupt`` in the block: after the former, raise it again at the end.

    Whatever in the block catches the exception, the user's wish to stop is not lost.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    stopped: list[str] = []

    def remember(number: int, frame: FrameType | None) -> None:
        stopped.append(_own_line(frame))
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if stopped:
        raise Interrupted(stopped[0])


def _own_line(frame: FrameType | None) -> str:
    """Where in the student's own code that is."""
    while frame is not None and frame.f_globals.get("__name__") != "__main__":
        frame = frame.f_back
    if frame is None:
        return "you stopped the check"
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno, frame.f_globals).strip()
    return f"you stopped the check in line {frame.f_lineno} of your code: {text[:200]}"
