"""The warm process, in which all that submissions import is imported once, and the doors through which it is forked."""

from __future__ import annotations

import base64
import contextlib
import json
import select
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from multiprocessing.context import get_spawning_popen
from pathlib import Path
from typing import IO, Any

from stats220.errors import GradingError

from . import bubblewrap
from .bubblewrap import Python
from .seccomp import compile_filter

# What every submission must find imported: in a fork, an import costs nothing.
REQUIRED = (
    "IPython.core.interactiveshell",
    "matplotlib.pyplot",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.signal",
    "scipy.sparse",
    "scipy.special",
    "scipy.stats",
    "torch.nn.functional",
    "stats220.line.inside",
)
WARM_UP_SECONDS, END_SECONDS = 180.0, 15.0
MESSAGE_BYTES = 1 << 17


class Door:
    """The way to a warm process, which may be another process's own: it can be asked for forks."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def __reduce__(self) -> tuple[Any, ...]:
        """Only a process that is being started can be given it; elsewhere, on another machine, it is None."""
        if get_spawning_popen() is None:
            return _nothing, ()
        return Door, (self._control,)

    def alive(self) -> bool:
        """Whether the warm process can still be forked."""
        if self._control.fileno() < 0:
            return False
        poll = select.poll()
        poll.register(self._control, 0)  # 0: nothing but that the other end is gone
        return not poll.poll(0)

    def fork(self, descriptors: Sequence[int]) -> None:
        """Start a submission that reads from the first, writes to the second, lives by the third, and joins the others."""
        try:
            socket.send_fds(self._control, [b"fork"], descriptors)
        except OSError as error:
            raise GradingError(
                f"the sandbox's warm process is gone ({error}): start again"
            ) from error

    def leave(self) -> None:
        """Let go of it."""
        self._control.close()

    def end(self) -> None:
        """End the warm process, and everything that it has started, for whoever has a door."""
        # Not close() alone: a copy in a process that the grader forked would keep the line up.
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._control.close()


def _nothing() -> None:
    """What becomes of a door elsewhere."""


class Zygote(Door):
    """The warm process inside bubblewrap, and its owner's door to it. It is begun here, and ready when it is first used.

    Parameters
    ----------
    modules
        What it imports beside `REQUIRED`, where it is there.
    """

    def __init__(
        self,
        python: Python,
        packages: Path,
        data: Path | None,
        limits: dict[str, int],
        modules: Sequence[str] = (),
    ) -> None:
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(control)
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in end()
        command = bubblewrap.command(python, packages, data)
        if threading.current_thread() is threading.main_thread():
            command.insert(1, "--die-with-parent")  # the kernel means the thread, not the process
        command += python.command(bubblewrap.CODE, "zygote", theirs.fileno())
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,  # Ctrl-C is for the grader, who then ends this
        )
        theirs.close()
        self._is_ready = False
        self._begin(python, data, limits, modules)

    def _begin(
        self, python: Python, data: Path | None, limits: dict[str, int], modules: Sequence[str]
    ) -> None:
        surroundings = bubblewrap.environment(bubblewrap.PACKAGES, python.site, bubblewrap.WORK)
        if data is not None:
            surroundings["STATS220_DATA"] = str(bubblewrap.DATA)
        settings = {
            "required": REQUIRED,
            "optional": list(modules),
            "limits": limits,
            "work": str(bubblewrap.WORK),
            "environment": surroundings,
            "seccomp": base64.b64encode(compile_filter()).decode(),
            "users": bubblewrap.own_users(),
        }
        with contextlib.suppress(OSError):  # it has ended: wait_ready says so
            self._control.send(json.dumps(settings).encode())

    def wait_ready(self) -> None:
        """Wait until it can be forked.

        Raises
        ------
        GradingError
            It cannot.
        """
        if self._is_ready:
            return
        self._control.settimeout(WARM_UP_SECONDS)
        problem = "it said nothing"
        try:
            reply = self._control.recv(MESSAGE_BYTES)
            problem = json.loads(reply).get("problem") if reply else "it ended"
        except TimeoutError:
            problem = f"it took longer than {WARM_UP_SECONDS:.0f} s"
        except OSError as error:
            problem = f"it ended: {error}"
        if problem:
            said = self._said()
            self.end()
            raise GradingError(
                f"the sandbox's warm process did not start: {problem} {said}"
                "(are the labs' requirements installed, readable for every user, and no links to where sandboxes see nothing?)"
            )
        self._control.settimeout(None)
        self._is_ready = True

    def _said(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"[{lines[-1][:300]}] " if lines else ""

    def alive(self) -> bool:
        """Whether it can still be forked."""
        return self._process.poll() is None

    def __reduce__(self) -> tuple[Any, ...]:
        """A door, as its; who is given it may use it at once."""
        if get_spawning_popen() is not None:
            self.wait_ready()
        return super().__reduce__()

    def fork(self, descriptors: Sequence[int]) -> None:
        """As a door's."""
        self.wait_ready()
        super().fork(descriptors)

    def leave(self) -> None:
        """Its owner lets go of it by ending it."""
        self.end()

    def end(self) -> None:
        """End it, and everything that it has started. May be called again."""
        super().end()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()
