"""The grader's side of the sandbox: start one a submission, learn how it ended, leave nothing behind."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from stats220.errors import GradingError

from .bubblewrap import Python, runs_as_root
from .folders import check_folders, check_readable
from .groups import Parents
from .keepers import Keeper, Plain, Warm
from .limits import Limits
from .preflight import bwrap_problem
from .warm_process import Door, Zygote

if TYPE_CHECKING:
    from stats220.line.session import Remote

Isolation = Literal["bwrap", "none"]
PIPE_BYTES = 1 << 20


class Sandbox:
    """One running submission: its ``session`` until `close`, and `why_lost` when the session ends too early."""

    def __init__(self, session: Remote, keeper: Keeper) -> None:
        self.session, self._keeper = session, keeper
        self._open = True

    def why_lost(self) -> str:
        """Say how the student's process ended: "out of memory", "exited with status 3", ...

        Empty where it has not ended (a request that took too long, a malformed reply) or left no trace. To be asked
        before `close`, which ends the process itself.
        """
        return self._keeper.reason()

    def close(self) -> None:
        """End every process of the submission and wait until all are gone. May be called again."""
        if not self._open:
            return
        self._open = False
        try:
            self._keeper.end()
        finally:
            self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class SandboxPool:
    """Starts sandboxes that differ in nothing but their submission.

    Parameters
    ----------
    packages
        Folder with the unpacked student wheel: the only stats220 that a submission can import.
    data
        The data cache, read-only inside; None: no recordings.
    limits
        What each sandbox may use.
    isolation
        "bwrap": a fork of one warm process, isolated by bubblewrap, namespaces, a uid of its own, and seccomp.
        "none": a fresh interpreter as the caller's own user. It only holds the memory, time and file limits of one
        process: a submission can read whatever the caller can, the answer key included, use the network, and leave
        processes behind. For machines without bubblewrap and submissions that are trusted.
    groups
        Where control groups can be made, as `groups.Parents.find` gives it; None: nowhere.
    modules
        What the warm process imports beside what every lab needs, where it is there.
    warm
        A warm process that is there already, as `launch` gives it. By default, and when that one has died, one is made at need.

    Notes
    -----
    A pool belongs to the thread that made it. Where that is the main thread, everything ends with it even if it is
    killed. Several processes can each have a pool, of one warm process.
    """

    def __init__(
        self,
        packages: Path,
        *,
        data: Path | None = None,
        limits: Limits | None = None,
        isolation: Isolation = "bwrap",
        groups: Parents | None = None,
        modules: Sequence[str] = (),
        warm: Door | None = None,
    ) -> None:
        self.packages, self.data, self.isolation = packages, data, isolation
        self.limits, self.groups, self.modules = limits or Limits(), groups, tuple(modules)
        self._zygote = warm

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def memory_limit(self) -> str:
        """What holds the memory of a submission's processes together: "cgroup", "watched" or "none"."""
        if self.isolation == "none":
            return "none"
        return "watched" if self.groups is None else "cgroup"

    def start(self) -> Sandbox:
        """Start a sandbox; the first one of a pool, and one after the warm process died, take seconds.

        Raises
        ------
        GradingError
            If none can be had; the message says what to do about it.
        """
        # Who only launches a warm process is spared the seconds of PyTorch.
        from stats220.line.failures import SandboxLost
        from stats220.line.session import Remote

        into_read, into_write = os.pipe()
        out_read, out_write = os.pipe()
        for fd in (into_write, out_write):
            # Only faster: a user may be at the quota, and other systems have no such call.
            with contextlib.suppress(OSError, AttributeError):
                fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        with contextlib.ExitStack() as undo:
            undo.callback(os.close, into_write)
            undo.callback(os.close, out_read)
            try:
                keeper = self._keeper(into_read, out_write)
            finally:
                os.close(into_read)
                os.close(out_write)
            undo.callback(keeper.end)
            keeper.wait_ready()
            try:
                session = Remote(out_read, into_write)
            except SandboxLost as error:
                raise GradingError(
                    f"a sandbox did not start: {keeper.reason() or error}"
                ) from error
            undo.pop_all()
        return Sandbox(session, keeper)

    def close(self) -> None:
        """End the warm process, and with it every sandbox of this pool; one that was given is its owner's to end."""
        zygote, self._zygote = self._zygote, None
        if zygote is not None:
            zygote.leave()

    def _keeper(self, read_fd: int, write_fd: int) -> Keeper:
        limits = dataclasses.asdict(self.limits)
        if self.isolation == "none":
            check_folders(self.packages, self.data)
            return Plain(Python.running(), self.packages, self.data, limits, read_fd, write_fd)
        if self._zygote is None or not self._zygote.alive():
            self.close()
            self._zygote = self.launch()
        try:
            group = None if self.groups is None else self.groups.make(self.limits)
        except OSError as error:
            raise GradingError(
                f"no control group can be made any more ({error}): grade again, in a group of its own"
            ) from error
        return Warm(self._zygote, read_fd, write_fd, group)

    def launch(self) -> Zygote:
        """Begin a warm process. It imports while the caller goes on; who ends it is the caller.

        Raises
        ------
        GradingError
            There is no bubblewrap here, or it would not see what it needs.
        """
        if problem := bwrap_problem():
            raise GradingError(f"{problem}; or trust the submissions with --isolation none")
        check_folders(self.packages, self.data)
        python = Python.running()
        if runs_as_root():
            check_readable(self.packages, self.data, python.site)
        limits = dataclasses.asdict(self.limits)
        return Zygote(python, self.packages, self.data, limits, self.modules)
