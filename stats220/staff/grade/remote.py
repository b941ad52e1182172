"""What a worker of a cluster does: it grades like a machine of its own, by what it was sent, and by nothing of the grading host.

Each task is graded by processes of this machine, forked, watched, limited and blamed as in a run on one machine: what a submission
breaks is broken here, and the cluster sees a task that was done.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import pickle
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stats220.data.registry import cache_folder
from stats220.errors import GradingError
from stats220.staff.grade.files import clear_errors, scratch_folder
from stats220.staff.grade.journal import environment, source_digest
from stats220.staff.grade.submissions import Submission, SubmissionError
from stats220.staff.grade.workforce import Workforce, begin_server

if TYPE_CHECKING:
    from stats220.staff.grade.setup import Setup
    from stats220.staff.grade.worker import Graded


class Ended(GradingError):  # noqa: N818
    """The order has ended here: it must begin again."""


IDLE_SECONDS = 900.0  # without a task: then the run is over, or who ordered it has died
GIVEN = ("time_limits", "device", "seed", "title")  # of a setup; the rest each machine has its own


@dataclass(frozen=True)
class Carried(Submission):
    """A submission with its bytes, and without a place."""

    content: bytes = field(default=b"", repr=False)

    def read(self) -> bytes:
        """The notebook's bytes; raises SubmissionError as on the grading host."""
        if self.problem:
            raise SubmissionError(self.problem)
        return self.content


def carried(submission: Submission) -> Carried:
    """Read a submission, to be sent."""
    about = {f.name: getattr(submission, f.name) for f in fields(submission)}
    about |= {"source": Path(), "entry": None}
    try:
        return Carried(**about, content=submission.read())
    except SubmissionError as error:
        return Carried(**{**about, "problem": str(error)})


@dataclass(frozen=True)
class Order:
    """What all submissions of a run are graded by, as it is sent to each worker.

    Attributes
    ----------
    setup
        Release, limits, seed; its paths are bare names.
    wheel
        The bytes of the student wheel.
    start
        Begins a process that grades, a function of this package or of one that the worker has too.
    machine
        What must be the same on a worker, see `this_machine`.
    """

    setup: Setup
    wheel: bytes = field(repr=False)
    start: Callable[[Setup], None]
    machine: Mapping[str, str]

    @classmethod
    def of(cls, setup: Setup, start: Callable[[Setup], None]) -> Order:
        """What the grading host orders."""
        release = setup.release
        bare = replace(release, path=Path(release.path.name), wheel=Path(release.wheel.name))
        nowhere: dict[str, Any] = {"packages": Path(), "data": None, "groups": None, "warm": None}
        sent = replace(setup, release=bare, **nowhere)
        return cls(sent, release.wheel.read_bytes(), start, this_machine())

    @cached_property
    def key(self) -> str:
        """Names the order: the same one has the same name."""
        return hashlib.sha256(pickle.dumps((self.setup, self.wheel, self.start))).hexdigest()


def this_machine() -> dict[str, str]:
    """What a verdict depends on beside the order: versions, the package's source, the recordings that are there."""
    found = hashlib.sha256()
    folder = cache_folder()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
    return {
        **environment(),
        "stats220": source_digest()[:12],
        "recordings (STATS220_DATA)": found.hexdigest()[:12],
    }


class _Grader:
    """One process that grades, whose successor is there when a submission has ended it."""

    def __init__(self, setup: Setup, start: Callable[[Setup], None]) -> None:
        from stats220.staff.grade import worker

        def died(submission: Submission, why: str) -> Graded:
            return worker.not_graded(setup, submission, why)

        self._next: Submission | None = None
        force = Workforce(worker.work, died, jobs=1, start=start, setup=setup)
        self._results = force.results(self._items())

    def _items(self) -> Iterator[Submission | None]:
        while True:
            submission, self._next = self._next, None
            yield submission

    def grade(self, submission: Submission) -> Graded:
        self._next = submission
        return next(self._results)

    def close(self) -> None:
        self._results.close()


class Post:
    """What this process holds for an order: the unpacked wheel, and a grader for each task at a time."""

    def __init__(self, order: Order) -> None:
        from stats220.staff.grade import worker
        from stats220.staff.grade.setup import prepared

        self.order = order
        self._idle: list[_Grader] = []
        self._num_working, self._closed = 0, False
        self._lock = threading.RLock()
        with contextlib.ExitStack() as stack:  # what is begun is ended where the rest fails
            wheel = stack.enter_context(scratch_folder("stats220-post-")) / "released.whl"
            with clear_errors(wheel):
                wheel.write_bytes(order.wheel)
            release = replace(order.setup.release, wheel=wheel)
            ordered = order.setup
            here = stack.enter_context(prepared(release, ordered.isolation, ordered.limits))
            given = {name: getattr(ordered, name) for name in GIVEN}
            self.setup = replace(here, **given)
            begin_server(worker.modules(release))
            self._stack = stack.pop_all()
        self._rest()

    def grade(self, submission: Submission) -> Graded:
        """Grade one submission; several threads may do so at a time."""
        with self._lock:
            self._alarm.cancel()
            self._num_working += 1
            grader = self._idle.pop() if self._idle else _Grader(self.setup, self.order.start)
        done = False
        try:
            graded = grader.grade(submission)
            done = True
            return graded
        finally:
            with self._lock:
                self._num_working -= 1
                if done and not self._closed:
                    self._idle.append(grader)
                else:
                    grader.close()
                self._rest()

    def _rest(self) -> None:
        """Nobody may come again: then this ends by itself."""
        self._alarm = threading.Timer(IDLE_SECONDS, end, [self.order.key])
        self._alarm.daemon = True
        if not self._num_working and not self._closed:
            self._alarm.start()

    def close(self) -> None:
        """End what waits for work; what is at work ends with its task, whose result nobody waits for."""
        with self._lock:
            self._closed = True
            self._alarm.cancel()
            for grader in self._idle:
                grader.close()
            self._idle.clear()
            self._stack.close()


_posts: dict[str, Post] = {}
_lock = threading.Lock()


def begin(pickled: bytes) -> None:
    """Make this process ready for an order.

    Parameters
    ----------
    pickled
        The order.

    Raises
    ------
    GradingError
        It cannot grade as the grading host would.
    """
    if multiprocessing.current_process().daemon:
        raise GradingError(
            "Dask's nanny lets it start no process: start it with `dask worker --no-nanny`, or with DASK_DISTRIBUTED__WORKER__DAEMON=False"
        )
    order: Order = pickle.loads(pickled)
    mine = this_machine()
    for what, theirs in order.machine.items():
        if mine.get(what) != theirs:
            raise GradingError(
                f"its {what} is {mine.get(what)}, and {theirs} where grading was started: install the same there"
            )
    with _lock:
        if order.key not in _posts:
            _posts[order.key] = Post(order)


def grade(key: str, submission: Submission) -> Graded:
    """Grade one submission of an order that has begun here.

    Raises
    ------
    Ended
        The order has ended here.
    GradingError
        This machine can start no sandbox.
    """
    post = _posts.get(key)
    if post is None:
        raise Ended("it has put its tools away")
    return post.grade(submission)


def end(key: str) -> None:
    """Put away what an order holds here."""
    with _lock:
        post = _posts.pop(key, None)
    if post is not None:
        post.close()
