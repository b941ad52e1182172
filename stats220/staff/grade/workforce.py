"""Spreading submissions over worker processes, any of which may die."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, NoReturn, TypeVar

from stats220.errors import GradingError

MAX_DIED = 3  # before anything was done: then it is not the items
Item = TypeVar("Item")
Result = TypeVar("Result")


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


class Workforce(Generic[Item, Result]):
    """Worker processes that each handle one item at a time.

    Parameters
    ----------
    work
        Module-level function of one item.
    died
        Makes the result of an item whose worker died twice.
    jobs
        How many processes.
    start, setup
        Called as ``start(setup)`` in each process first.
    """

    def __init__(
        self,
        work: Callable[[Item], Result],
        died: Callable[[Item], Result],
        *,
        jobs: int,
        start: Callable[..., None],
        setup: object,
    ) -> None:
        self.work, self.died, self.jobs, self.start, self.setup = work, died, jobs, start, setup
        self.num_done = 0

    def results(self, items: Iterable[Item]) -> Iterator[Result]:
        """Results as they come. Leaving the iteration early ends the workers.

        Raises
        ------
        GradingError
            Workers die whatever they work on.
        """
        waiting, num_died = deque(items), 0
        while waiting:
            suspects = yield from self._round(waiting, min(self.jobs, len(waiting)))
            # One of these was the end of its worker. Each gets a worker to itself, so that the others do not suffer.
            for item in suspects:
                if (yield from self._round(deque([item]), 1)):
                    num_died += 1
                    if num_died == MAX_DIED and not self.num_done:
                        raise GradingError(
                            "worker processes end as soon as they begin: is there memory left?"
                        )
                    yield self.died(item)

    def _round(self, waiting: deque[Item], jobs: int) -> Generator[Result, None, list[Item]]:
        """Work until all is done, or until a worker dies; returns what was being worked on then."""
        others = set(multiprocessing.active_children())
        flying: dict[Future[Result], Item] = {}
        # Forked from a server that has imported what the work needs, once, and computed nothing: a fork of a process that
        # has computed with threads can hang.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([self.work.__module__])
        executor = ProcessPoolExecutor(
            jobs,
            mp_context=context,
            initializer=self.start,
            initargs=(self.setup,),
        )
        try:
            while waiting or flying:
                while waiting and len(flying) < jobs:
                    flying[executor.submit(self.work, waiting[0])] = waiting[0]
                    waiting.popleft()
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    result = future.result()
                    del flying[future]
                    self.num_done += 1
                    yield result
        except BrokenProcessPool:
            executor.shutdown()
            return list(flying.values())
        except BaseException:
            for child in set(multiprocessing.active_children()) - others:
                child.kill()
            executor.shutdown(cancel_futures=True)
            raise
        executor.shutdown()
        return []
