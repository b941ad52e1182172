"""Spreading submissions over worker processes, any of which may die or get stuck."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, NoReturn, TypeVar

from stats220.errors import GradingError
from stats220.staff.grade import clock

MODULES = "STATS220_PRELOADED"  # names them to `stats220.staff.grade.preloaded`
MAX_DIED = 3  # one after the other, before any has begun to work: then it is not the items
DEATHS = 2  # at one stage, that the stage is blamed for: once may be the machine's memory
END_SECONDS = 30.0
Item = TypeVar("Item")
Result = TypeVar("Result")
# What ended the worker, by the stage that it was at: ``work`` must leave these stages out.
Blamed = Mapping[str, str]


def begin_server(modules: Iterable[str]) -> None:
    """Begin the process that workers are forked from, where there is none yet: it imports while the caller goes on.

    It computes nothing: a fork of a process that has computed with threads can hang.
    """
    from multiprocessing import forkserver  # which not every system has

    os.environ[MODULES] = " ".join(modules)
    multiprocessing.get_context("forkserver").set_forkserver_preload(
        ["stats220.staff.grade.preloaded"]
    )
    forkserver.ensure_running()


@contextlib.contextmanager
def terminating_as_interrupt() -> Iterator[None]:
    """Within the block SIGTERM, which a cluster sends before it kills, ends this process as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not disturb the ending
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass
class _Task(Generic[Item]):
    """An item, and what is known of the deaths that it has cost."""

    item: Item
    blamed: dict[str, str] = field(default_factory=dict)
    deaths: Counter[str] = field(default_factory=Counter)


@dataclass
class _Hired(Generic[Item]):
    """A worker process, what it works on, and what it last said."""

    process: Any
    line: Connection
    begun: bool = False
    task: _Task[Item] | None = None
    stage: str = ""

    def give(self, task: _Task[Item]) -> None:
        self.task, self.stage = task, ""
        with contextlib.suppress(OSError):  # it has died: its end of the line says so next
            self.line.send((task.item, task.blamed))


class Workforce(Generic[Item, Result]):
    """Worker processes that each handle one item at a time.

    Parameters
    ----------
    work
        Module-level function of an item and of the stages to leave out, each with the reason. It says what it is at with
        `stats220.staff.grade.clock.at`, and how long that may take with `clock.allow`.
    died
        Makes the result of an item that ends its workers whatever is left out, given why.
    jobs
        How many processes.
    start, setup
        Called as ``start(setup)`` in each process first.
    """

    def __init__(
        self,
        work: Callable[[Item, Blamed], Result],
        died: Callable[[Item, str], Result],
        *,
        jobs: int,
        start: Callable[..., None],
        setup: object,
    ) -> None:
        self.work, self.died, self.jobs, self.start, self.setup = work, died, jobs, start, setup
        self.num_died = 0

    def results(self, items: Iterable[Item | None]) -> Generator[Result, None, None]:
        """Results as they come. Leaving the iteration early ends the workers.

        Parameters
        ----------
        items
            Each is asked for when there is a worker for it; None: there is none yet.

        Raises
        ------
        GradingError
            Workers die before they work, or one of them raised this.
        """
        coming, again = iter(items), deque[_Task[Item]]()
        hired: list[_Hired[Item]] = []
        # Only this process holds the other end: when it is killed, its workers hear of it.
        life, ours = multiprocessing.Pipe(duplex=False)
        try:
            while True:
                idle = [worker for worker in hired if worker.task is None]
                while idle or len(hired) < self.jobs:
                    task = _take(again, coming)
                    if task is None:
                        break
                    worker = idle.pop() if idle else self._hire(life)
                    if worker not in hired:
                        hired.append(worker)
                    worker.give(task)
                busy = [worker.line for worker in hired if worker.task]
                if not busy:
                    break
                ready = wait(busy)
                for worker in [worker for worker in hired if worker.line in ready]:
                    try:
                        kind, value = worker.line.recv()
                    except (EOFError, OSError):
                        hired.remove(worker)
                        yield from self._buried(worker, again)
                        continue
                    if kind == "begun":
                        worker.begun, self.num_died = True, 0
                    elif kind == "at":
                        worker.stage = value
                    elif kind == "raised":
                        raise value
                    else:
                        worker.task = None
                        # At once: what is done with a result must not keep its maker waiting.
                        if task := _take(again, coming):
                            worker.give(task)
                        yield value
            self._dismiss(hired)
        finally:
            for worker in hired:
                worker.process.kill()
                worker.process.join()
                worker.line.close()
            life.close()
            ours.close()

    def _hire(self, life: Connection) -> _Hired[Item]:
        begin_server([self.work.__module__])
        context = multiprocessing.get_context("forkserver")
        ours, theirs = multiprocessing.Pipe()
        process = context.Process(
            target=_serve,
            args=(theirs, life, self.start, self.setup, self.work),
            daemon=True,  # ended, not waited for, where this process exits with the iteration unfinished
        )
        process.start()
        theirs.close()
        return _Hired(process, ours)

    def _buried(self, worker: _Hired[Item], again: deque[_Task[Item]]) -> Iterator[Result]:
        """What a worker's death means for its item: another try, without the stage that is to blame, or none."""
        worker.line.close()
        worker.process.join()
        task, stage = worker.task, worker.stage
        assert task is not None  # an idle worker is not listened to
        if not worker.begun:
            self.num_died += 1
            if self.num_died == MAX_DIED:
                raise GradingError(
                    "worker processes end as soon as they begin: is there memory left?"
                )
            again.append(task)
            return
        late = worker.process.exitcode == -signal.SIGALRM
        why = "took too long in" if late else "ended"
        task.deaths[stage] += 1
        if late or task.deaths[stage] == DEATHS:
            if not stage or stage in task.blamed:
                yield self.died(task.item, f"it {why} the grader's own process")
                return
            task.blamed[stage] = f"it {why} the grader's own process"
        again.append(task)

    def _dismiss(self, hired: list[_Hired[Item]]) -> None:
        """Let idle workers put away what they hold."""
        for worker in hired:
            worker.line.close()
        for worker in hired:
            worker.process.join(END_SECONDS)


def _take(again: deque[_Task[Item]], coming: Iterator[Item | None]) -> _Task[Item] | None:
    if again:
        return again.popleft()
    item = next(coming, None)
    return None if item is None else _Task(item)


def _serve(
    line: Connection,
    life: Connection,
    start: Callable[..., None],
    setup: object,
    work: Callable[[Any, Blamed], Any],
) -> None:
    """Be a worker process."""
    clock.die_with(life)
    clock.keep(lambda stage: _send(line, ("at", stage)))
    try:
        start(setup)
    except GradingError as error:
        _send(line, ("raised", error))
        return
    _send(line, ("begun", None))
    while True:
        try:
            item, blamed = line.recv()
        except EOFError:
            return
        try:
            reply = "done", work(item, blamed)
        except GradingError as error:
            reply = "raised", error
        finally:
            clock.allow(0)
        _send(line, reply)


def _send(line: Connection, message: tuple[str, Any]) -> None:
    """Tell the one whom this worker works for; when that process was killed, there is nothing left to do and nobody to tell."""
    try:
        line.send(message)
    except BrokenPipeError:
        raise SystemExit from None
