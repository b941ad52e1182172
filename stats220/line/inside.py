"""What runs in the sandbox: an IPython shell without a kernel, behind a line to the checks.

Importing this module imports what student code needs, so that a process can do it once and fork. It starts nothing:
the shell is made in `serve`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from typing import Any

import numpy as np
import scipy.sparse
import torch
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from stats220.line.absent import StandIns
from stats220.line.capture import BoundedText
from stats220.line.magics import CELL_MAGICS, LINE_MAGICS, without_report
from stats220.line.operations import Operations
from stats220.line.pipe import Pipe

__all__ = ["make_shell", "np", "run_cell", "scipy", "serve", "torch"]


class Shell(InteractiveShell):
    """IPython's shell, less what needs a terminal, a screen or the system."""

    def system(self, command: str) -> None:
        """``!command``."""
        _skip(f"!{command}")

    system_raw = system_piped = system

    def getoutput(self, command: str, split: bool = True, depth: int = 0) -> list[str]:
        """``x = !command``."""
        _skip(f"!{command}")
        return []

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run those of `LINE_MAGICS`, skip the others."""
        if magic_name in LINE_MAGICS:
            return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)
        return _skip(f"%{magic_name} {line}")

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run those of `CELL_MAGICS`, skip the others with their cell."""
        if magic_name in CELL_MAGICS:
            return super().run_cell_magic(magic_name, line, cell)  # type: ignore[no-untyped-call]
        return _skip(f"%%{magic_name} {line}")

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no screen."""

    def ask_exit(self) -> None:
        """``exit`` ends nothing here."""
        _skip("exit")

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """The result of the cell carries the error."""

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        """The result of the cell carries the error."""


def _skip(what: str) -> None:
    sys.stdout.write(f"[skipped when graded: {what.strip()[:200]}]\n")


def make_shell() -> Shell:
    """A shell without history or files, whose global names live in ``__main__``."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.ipython_dir = tempfile.mkdtemp(prefix="ipython-")
    shell = Shell.instance(config=config)
    shell.ast_transformers.append(StandIns())
    return shell


def run_cell(shell: Shell, source: str) -> None:
    """Run a cell; raises what it raises. Its figures are closed, as the notebook does after showing them."""
    result = shell.run_cell(without_report(source), store_history=False)  # type: ignore[no-untyped-call]
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        raise error


def serve(read_fd: int, write_fd: int) -> None:
    """Answer requests until the line ends.

    Parameters
    ----------
    read_fd, write_fd
        This end of the line. Neither may be stdin, stdout or stderr: student code prints there.
    """
    os.environ["MPLBACKEND"] = "agg"
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].use("agg")
    sys.stdin = open(os.devnull)  # noqa: SIM115  (input() gives EOFError)
    sys.stdout = sys.stderr = BoundedText()  # threads may print between requests
    shell = make_shell()
    operations = Operations(
        run_cell=lambda source: run_cell(shell, source), namespace=shell.user_ns
    )
    pipe = Pipe(read_fd, write_fd)
    pipe.send("ready", operations)
    own = os.getpid()
    with contextlib.suppress(EOFError):
        while True:
            reply = operations.respond(lambda: pipe.receive(operations))
            if os.getpid() != own:  # a fork that a student's code let run on: one reply is enough
                os._exit(0)
            pipe.send_frame(reply)
