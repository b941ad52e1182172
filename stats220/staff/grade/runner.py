"""Running one submission's cells in a sandbox that may be lost and replaced at any moment."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from stats220.line.failures import SandboxLost, SandboxTimeout, StudentError
from stats220.line.session import Session
from stats220.line.wire import WireError
from stats220.staff.grade import clock
from stats220.staff.grade.clock import TimeLimits

# The line ended, or the student's side refuses what is asked of it, which it does only when tampered with.
LINE_ERRORS = (SandboxLost, WireError)
START_SECONDS = 300.0  # more than a sandbox gives itself


class Sandbox(Protocol):
    """What is needed of `stats220.staff.grade.sandbox.Sandbox`."""

    @property
    def session(self) -> Session:
        """The line to the student's code."""

    def close(self) -> None:
        """End it."""

    def why_lost(self) -> str:
        """How it ended."""


class Pool(Protocol):
    """What is needed of `stats220.staff.grade.sandbox.SandboxPool`."""

    @property
    def isolation(self) -> str:
        """What keeps the student out: "bwrap" or "none"."""

    @property
    def memory_limit(self) -> str:
        """What holds its processes' memory together: "cgroup", "watched" or "none"."""

    def start(self) -> Sandbox:
        """Start a sandbox."""

    def close(self) -> None:
        """End all that were started."""


class LostError(Exception):
    """The sandbox ended during this cell or problem; the message says why.

    Attributes
    ----------
    in_time
        Whether it ended by itself, with time left: then the reason may lie in another cell.
    """

    def __init__(self, why: str, *, in_time: bool = False) -> None:
        super().__init__(why)
        self.in_time = in_time


@dataclass(frozen=True)
class Source:
    """A cell to run: its place in the notebook, its text, its time."""

    place: int
    text: str
    seconds: float


class Runner:
    """Runs cells, and lends the session to checks. After a loss the next use starts anew: a fresh sandbox, the cells so far.

    Parameters
    ----------
    pool
        Where sandboxes come from.
    limits
        The clock.
    silent
        Whether a loss is told in the grader's words alone: what else is known of it, an exit status for one, is the
        student's to choose.
    """

    def __init__(
        self, pool: Pool, limits: TimeLimits, *, silent: bool = False, seed: int = 0
    ) -> None:
        self.pool, self.limits, self.silent, self.seed = pool, limits, silent, seed
        self.end = time.monotonic() + limits.submission_seconds
        self.losses = 0
        self.ran: list[Source] = []
        self.dropped: list[
            Source
        ] = []  # cells that ran once, and ended the sandbox when they ran again
        self.sandbox: Sandbox | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def beside(self, cells: Iterable[Source]) -> Runner:
        """Another runner for the time that is left, as if it had run these cells and no others."""
        other = Runner(self.pool, self.limits, silent=self.silent, seed=self.seed)
        other.end, other.ran = self.end, list(cells)
        return other

    @contextlib.contextmanager
    def drawing_from(self, seed: int) -> Iterator[None]:
        """Within the block, checks draw from this seed."""
        before, self.seed = self.seed, seed
        try:
            yield
        finally:
            self.seed = before

    def run(self, source: Source) -> None:
        """Run a cell.

        Raises
        ------
        StudentError
            The cell raised; what it defined before stays.
        LostError
            The cell ended the sandbox: it will not be run again.
        """
        try:
            with self.session(source.seconds, "a cell") as session:
                self._run(session, source)
        except StudentError:
            self.ran.append(source)
            raise
        self.ran.append(source)

    @contextlib.contextmanager
    def session(self, seconds: float, what: str) -> Iterator[Session]:
        """The line to the student's code, with every cell so far run, for at most `seconds`.

        Raises
        ------
        LostError
            The sandbox ended within the block, or there has been one loss too many.
        """
        session = self._alive()
        started = time.monotonic()
        session.timeout, session.deadline = seconds, min(started + seconds, self.end)
        session.checks_seed = self.seed
        clock.allow(seconds + self.limits.grader_seconds)
        try:
            yield session
        except LINE_ERRORS as error:
            in_time = not isinstance(error, SandboxTimeout)
            raise LostError(self._lose(error, seconds, what), in_time=in_time) from error

    def _run(self, session: Session, source: Source) -> None:
        # Seeded by place, so that a cell sees the same random numbers whatever became of those before it.
        session.seed(source.place)
        session.run_cell(source.text)

    def _alive(self) -> Session:
        while self.sandbox is None:
            if self.losses > self.limits.restarts:
                raise LostError(
                    f"not run: the notebook had ended its sandbox {self.losses} times before"
                )
            if time.monotonic() >= self.end:
                raise LostError(f"not run: {self._whole_limit()} was used up before")
            clock.allow(START_SECONDS)
            self.sandbox = self.pool.start()
            self._replay(self.sandbox.session)
        return self.sandbox.session

    def _replay(self, session: Session) -> None:
        for source in list(self.ran):
            clock.allow(source.seconds + self.limits.grader_seconds)
            session.timeout = source.seconds
            session.deadline = min(time.monotonic() + source.seconds, self.end)
            try:
                with contextlib.suppress(StudentError):  # told when it ran first
                    self._run(session, source)
            except LINE_ERRORS as error:
                self.ran.remove(source)
                self.dropped.append(source)
                self._lose(error, source.seconds, "a cell")
                return

    def _lose(self, error: Exception, seconds: float, what: str) -> str:
        """Put the sandbox away; returns why it ended."""
        why = self._why(error, seconds, what)
        self.losses += 1
        self._close()
        return why

    def _why(self, error: Exception, seconds: float, what: str) -> str:
        if isinstance(error, SandboxTimeout):
            if time.monotonic() >= self.end:
                return f"stopped: {self._whole_limit()} was used up"
            return f"stopped after {seconds:g} s, the limit for {what}"
        if self.silent:
            return "the program ended during the hidden checks"
        how = self.sandbox.why_lost() if self.sandbox is not None else ""
        return how or str(error)

    def _whole_limit(self) -> str:
        return f"the limit of {self.limits.submission_seconds:g} s for the whole notebook"

    def _close(self) -> None:
        sandbox, self.sandbox = self.sandbox, None
        if sandbox is not None:
            sandbox.close()
