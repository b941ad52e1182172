"""What holds a sandbox's life from outside: a line to its warden in the warm process, or a plain child process."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from multiprocessing.context import get_spawning_popen
from pathlib import Path
from typing import IO, Any, Protocol

from stats220.errors import GradingError
from stats220.staff.grade.files import scratch_folder

from . import bubblewrap
from .bubblewrap import Python
from .groups import Group
from .seccomp import compile_filter
from .warm.student import describe

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
WARM_UP_SECONDS, START_SECONDS, END_SECONDS, REASON_SECONDS = 180.0, 60.0, 15.0, 2.0
MESSAGE_BYTES = 1 << 17


class Keeper(Protocol):
    """Holds the life of one sandbox."""

    def wait_ready(self) -> None:
        """Wait until it serves; GradingError if it cannot."""

    def reason(self) -> str:
        """Say how it ended; empty while it lives."""

    def end(self) -> None:
        """End it, and wait until nothing of it is left."""


class Line:
    """What the inside says of itself: "ready", then "ended: " and the reason, then the end of the line."""

    def __init__(self, kind: socket.SocketKind) -> None:
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, kind)
        self.ended: str | None = None

    def receive(self, seconds: float) -> str | None:
        """Give the next message, "" at the end of the line, None if there is none in time."""
        self.ours.settimeout(seconds)
        try:
            text = self.ours.recv(MESSAGE_BYTES).decode(errors="replace")
        except TimeoutError:
            return None
        except ConnectionResetError:
            text = ""
        if text.startswith("ended: "):
            self.ended = text.removeprefix("ended: ")
        elif not text and self.ended is None:
            self.ended = "ended together with the warm process"
        return text


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


class Warm:
    """Keeper of a fork of the warm process."""

    def __init__(self, zygote: Door, read_fd: int, write_fd: int, group: Group | None) -> None:
        self._zygote, self._line = zygote, Line(socket.SOCK_SEQPACKET)
        self._group = group
        try:
            with contextlib.ExitStack() as stack:
                doors = [] if group is None else stack.enter_context(group.doors())
                zygote.fork((read_fd, write_fd, self._line.theirs.fileno(), *doors))
        except GradingError:
            self._line.ours.close()
            self._leave()
            raise
        finally:
            self._line.theirs.close()

    def wait_ready(self) -> None:
        """Wait until it serves; GradingError if it cannot."""
        _expect_ready(self._line)

    def reason(self) -> str:
        """Say how it ended; empty while it lives."""
        while self._line.ended is None and self._line.receive(REASON_SECONDS) is not None:
            pass
        return self._line.ended or ""

    def end(self) -> None:
        """End it by letting go of its life line, and wait for the warden's last word."""
        with contextlib.suppress(OSError):
            self._line.ours.shutdown(socket.SHUT_WR)
        while (said := self._line.receive(END_SECONDS)) != "":
            if said is None:  # a warden that cannot end its submission: end them all
                self._zygote.end()
                break
        self._line.ours.close()
        self._leave()

    def _leave(self) -> None:
        if self._group is not None:
            self._group.remove()


class Plain:
    """Keeper of a fresh interpreter that nothing isolates."""

    def __init__(
        self,
        python: Python,
        packages: Path,
        data: Path | None,
        limits: dict[str, int],
        read_fd: int,
        write_fd: int,
    ) -> None:
        self._scratch = contextlib.ExitStack()
        work = self._scratch.enter_context(scratch_folder("stats220-work-"))
        self._line = Line(socket.SOCK_STREAM)  # macOS knows no other that ends
        surroundings = bubblewrap.environment(packages.resolve(), python.site, work)
        del surroundings["CUDA_VISIBLE_DEVICES"]  # only a fresh interpreter can use a GPU
        if data is not None:
            surroundings["STATS220_DATA"] = str(data.resolve())
        del limits["processes"]  # it would count everything that the caller runs
        del limits["address_bytes"]  # a GPU's driver maps hundreds of gigabytes
        settings = {"limits": limits, "work": str(work), "environment": surroundings}
        descriptors = (read_fd, write_fd, self._line.theirs.fileno())
        self._process = subprocess.Popen(
            python.command(bubblewrap.WARM.parent, "plain", *descriptors),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=surroundings,
            cwd=work,
            pass_fds=descriptors,
            start_new_session=True,
        )
        self._line.theirs.close()
        assert self._process.stdin is not None
        with self._process.stdin as stdin:
            stdin.write(json.dumps(settings).encode())

    def wait_ready(self) -> None:
        """Wait until it serves; GradingError if it cannot."""
        _expect_ready(self._line)

    def reason(self) -> str:
        """Say how it ended; empty while it lives."""
        try:
            self._process.wait(REASON_SECONDS)
        except subprocess.TimeoutExpired:
            return ""
        return describe(self._process.returncode)

    def end(self) -> None:
        """Kill its process group. What has left the group lives on: nothing isolates it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.ours.close()
        self._scratch.close()


def _expect_ready(line: Line) -> None:
    said = line.receive(START_SECONDS)
    if said != "ready":
        why = "it took too long" if said is None else line.ended or said or "it ended"
        raise GradingError(
            f"a sandbox did not start: {why} (is the machine out of memory or processes?)"
        )
