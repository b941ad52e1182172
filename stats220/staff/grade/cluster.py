"""Spreading submissions over a Dask cluster, any of whose machines may die, freeze, or be of no use.

The interface is that of `stats220.staff.grade.workforce.Workforce`. Dask carries; which worker gets which submission, and when another
one gets it too, is decided here: a submission's result is the same wherever it is graded, so the first one counts.
"""

from __future__ import annotations

import contextlib
import itertools
import pickle
import queue
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stats220.errors import GradingError
from stats220.staff.grade import remote
from stats220.staff.grade.submissions import Submission

if TYPE_CHECKING:
    from stats220.staff.grade.setup import Setup
    from stats220.staff.grade.worker import Graded

POLL_SECONDS = 0.5
SILENT_SECONDS = (
    60.0  # without a heartbeat, which a worker sends every few seconds: frozen, or cut off
)
WORKERS_SECONDS = 120.0  # without a worker that can grade
CONNECT_SECONDS = 30.0
FETCH_SECONDS = 10.0  # for a result that is ready
PART_SECONDS = 5.0
MAX_LOST = 5  # workers, with one submission
LARGEST_TASK = "256 MiB"  # a notebook may have 100 MB, and Dask warns of tasks above 10
OPEN_ENDED = float("inf")


@dataclass
class _Task:
    """A submission, how many workers were lost with it, and whether its result is here."""

    submission: Submission
    num_lost: int = 0
    done: bool = False


@dataclass
class _Given:
    """What a worker was given: a task, or (None) to begin; and when another worker is to get it too."""

    future: Any
    task: _Task | None = None
    due: float = OPEN_ENDED


@dataclass
class _Machine:
    """A worker of the cluster, what it was given and has not answered, and when it was last heard of."""

    address: str
    slots: int
    given: dict[str, _Given] = field(default_factory=dict)
    begun: bool = False
    refused: str = ""
    heartbeat: float = 0.0
    heard: float = field(default_factory=time.monotonic)

    def hear(self, heartbeat: float) -> None:
        """Note its last heartbeat, by a clock that is not ours."""
        if heartbeat != self.heartbeat:
            self.heartbeat, self.heard = heartbeat, time.monotonic()

    @property
    def is_silent(self) -> bool:
        return time.monotonic() - self.heard > SILENT_SECONDS

    @property
    def num_free(self) -> int:
        if not self.begun or self.refused or self.is_silent:
            return 0
        return self.slots - len(self.given)

    def overdue(self) -> list[_Task]:
        """The tasks that others must do, each once; should it answer after all, the answer is as good."""
        found = []
        for given in self.given.values():
            if given.task is not None and (self.is_silent or time.monotonic() > given.due):
                if given.due != OPEN_ENDED:
                    found.append(given.task)
                given.due = OPEN_ENDED
        return found


class Cluster:
    """The workers of a Dask cluster, each of which grades as many submissions at a time as it has threads.

    Parameters
    ----------
    address
        Of the scheduler, or the file that it writes, ``scheduler.json``.
    died
        Makes the result of a submission that no worker can finish, given why.
    start
        Called as ``start(setup)`` in each process that grades.
    setup
        What to grade by; its paths stay here.
    task_seconds
        After so long a submission is given to another worker too. By default longer than its limits allow a worker that works.
    """

    def __init__(
        self,
        address: str,
        died: Callable[[Submission, str], Graded],
        *,
        start: Callable[[Setup], None],
        setup: Setup,
        task_seconds: float | None = None,
    ) -> None:
        self.address, self.died = address, died
        order = remote.Order.of(setup, start)
        # Bytes to the scheduler, which would import all that an order is made of.
        self._order, self._key = pickle.dumps(order), order.key
        # Two passes, either of which may be tried once more for what it lost.
        self.task_seconds = task_seconds or 4 * setup.time_limits.submission_seconds
        self._machines: dict[str, _Machine] = {}
        self._answered: queue.SimpleQueue[tuple[_Machine, str]] = queue.SimpleQueue()
        self._waiting: deque[_Task] = deque()
        self._names = (f"stats220-{uuid.uuid4().hex}-{number}" for number in itertools.count())

    def results(self, submissions: Iterable[Submission]) -> Generator[Graded, None, None]:
        """Results as they come. Leaving the iteration early lets the workers put away what they hold.

        Raises
        ------
        GradingError
            No scheduler answers, it is gone, or there is no worker that can grade.
        """
        self._waiting.extend(_Task(submission) for submission in submissions)
        num_open = len(self._waiting)
        with _connected(self.address) as client:
            try:
                last_look, last_useful = -OPEN_ENDED, time.monotonic()
                while num_open:
                    now = time.monotonic()
                    if now - last_look > POLL_SECONDS:
                        last_look = now
                        for task in self._look(client):
                            task.done, num_open = True, num_open - 1
                            why = f"it was lost with {MAX_LOST} of the grader's machines"
                            yield self.died(task.submission, why)
                    machines = self._machines.values()
                    if any(m.begun and not m.refused and not m.is_silent for m in machines):
                        last_useful = now
                    elif now - last_useful > WORKERS_SECONDS:
                        raise GradingError(self._why_useless())
                    self._hand_out(client)
                    for task, graded in self._answers(client):
                        if not task.done:
                            task.done, num_open = True, num_open - 1
                            yield graded
            finally:
                self._part(client)

    def _look(self, client: Any) -> list[_Task]:
        """See who has come, who is gone or silent, and what is late; returns the tasks that are given up."""
        workers = None
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            if client.status == "running":
                workers = client.scheduler_info().get("workers")
        if workers is None:  # one that came back would know nothing of what it was given
            raise GradingError(
                f"the Dask scheduler at {self.address} is gone: start it and its workers again; what is graded is kept, the same command goes on"
            )
        lost = []
        for address in [address for address in self._machines if address not in workers]:
            gone = self._machines.pop(address)
            lost += [g.task for g in gone.given.values() if g.task and g.due != OPEN_ENDED]
        for address, about in workers.items():
            if address not in self._machines:
                machine = self._machines[address] = _Machine(address, about["nthreads"])
                self._give(client, machine, None, remote.begin, self._order)
            self._machines[address].hear(about["last_seen"])
            lost += self._machines[address].overdue()
        given_up: list[_Task] = []
        for task in lost:
            task.num_lost += 1
            (given_up if task.num_lost == MAX_LOST else self._waiting).append(task)
        return [task for task in given_up if not task.done]

    def _hand_out(self, client: Any) -> None:
        for machine in self._machines.values():
            while machine.num_free > 0 and self._waiting:
                task = self._waiting.popleft()
                if not task.done:
                    sent = remote.carried(task.submission)
                    self._give(client, machine, task, remote.grade, self._key, sent)

    def _give(
        self,
        client: Any,
        machine: _Machine,
        task: _Task | None,
        function: Callable[..., object],
        *arguments: object,
    ) -> None:
        name = next(self._names)
        due = OPEN_ENDED if task is None else time.monotonic() + self.task_seconds
        future = client.submit(
            function, *arguments, key=name, workers=[machine.address], allow_other_workers=False
        )
        machine.given[name] = _Given(future, task, due)
        future.add_done_callback(lambda _: self._answered.put((machine, name)))

    def _answers(self, client: Any) -> Iterator[tuple[_Task, Graded]]:
        """What has been answered, after a wait of `POLL_SECONDS` at most."""
        with contextlib.suppress(queue.Empty):
            machine, name = self._answered.get(timeout=POLL_SECONDS)
            while True:
                given = machine.given.pop(name, None)
                if given is not None:
                    graded = self._answer(client, machine, given)
                    if graded is not None and given.task is not None:
                        yield given.task, graded
                machine, name = self._answered.get_nowait()

    def _answer(self, client: Any, machine: _Machine, given: _Given) -> Graded | None:
        """A result; or None, and what has become of the machine and of the task is noted."""
        try:
            graded: Graded | None = given.future.result(timeout=FETCH_SECONDS)
        except remote.Ended:
            machine.begun = False
            self._give(client, machine, None, remote.begin, self._order)
        except GradingError as error:
            self._refuse(machine, str(error))
        except (OSError, TimeoutError):  # it has died since; or the scheduler, which is seen next
            pass
        except Exception as error:
            if given.future.status == "error":  # it does not have this package, or not this one
                said = (str(error).splitlines() or [""])[0]
                self._refuse(machine, f"{type(error).__name__}: {said}")
        else:
            machine.begun = True
            return graded
        if given.task is not None and given.due != OPEN_ENDED:
            self._waiting.append(given.task)
        return None

    def _refuse(self, machine: _Machine, why: str) -> None:
        if not machine.refused:
            machine.refused = f"the worker at {machine.address} is not used: {why}"
            warnings.warn(machine.refused, stacklevel=2)

    def _why_useless(self) -> str:
        refused = [machine.refused for machine in self._machines.values() if machine.refused]
        why = refused[0] if refused else "no worker has come, or all are gone"
        return f"{self.address} has had nobody to grade for {WORKERS_SECONDS:g} s ({why}): start workers as in docs/scaling.md; what is graded is kept, the same command goes on"

    def _part(self, client: Any) -> None:
        """Let the workers put away what they hold; one that does not hear does so by itself, later."""
        from distributed import fire_and_forget, wait

        if client.status != "running":
            return
        heard = [m for m in self._machines.values() if m.begun and not m.is_silent]
        futures = []
        for machine in heard:
            options = {"workers": [machine.address], "allow_other_workers": False}
            futures.append(client.submit(remote.end, self._key, key=next(self._names), **options))
        with client.as_current(), contextlib.suppress(TimeoutError, OSError):
            fire_and_forget(futures)  # one that is at work ends after that
            wait(futures, timeout=PART_SECONDS)


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise GradingError("--cluster needs Dask: pip install 'stats220[cluster]'") from error
    where = {"scheduler_file" if address.endswith(".json") else "address": address}
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_TASK}):
        try:
            client = Client(**where, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            why = (str(error).splitlines() or [""])[0]
            raise GradingError(
                f"no Dask scheduler answers at {address} ({why}): start one as in docs/scaling.md"
            ) from error
        try:
            yield client
        finally:
            client.close(timeout=PART_SECONDS)
