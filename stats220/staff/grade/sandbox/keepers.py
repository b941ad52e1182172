"""What holds a sandbox's life from outside: a line to its warden in the warm process, or a plain child process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Protocol

from stats220.errors import GradingError
from stats220.staff.grade.files import scratch_folder

from . import bubblewrap
from .bubblewrap import Python
from .groups import Group
from .warm.student import describe
from .warm_process import END_SECONDS, MESSAGE_BYTES, Door

START_SECONDS, REASON_SECONDS = 60.0, 2.0


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
