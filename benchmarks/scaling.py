"""What grading costs at scale: processor time of a submission, and how many results a second the one writer keeps up with.

A model is fitted to what is measured here, and gives the core-hours and the writer's hours of 1,000, 10,000 and 100,000 submissions
a day: the table of docs/scaling.md. The writer waits for its database, so the processor time of both is what a result takes at least;
the clock adds the disk. PostgreSQL has its own settings for durability, and is reached by a socket of this machine.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import postgresql
from benchmarks.grading import ROOT, Grader, compare, ours
from benchmarks.table import Row

if TYPE_CHECKING:
    from stats220.staff.grade.results import SubmissionResult

DAYS = (1_000, 10_000, 100_000)
LAB = "lab4_pose"
HOUR = 3600.0


@dataclass(frozen=True)
class Writer:
    """How long the writer takes for a result when `n` are in the gradebook already: ``first + growth * n`` seconds.

    Attributes
    ----------
    first, growth : float
        Seconds; seconds a result that is there.
    """

    first: float
    growth: float

    @classmethod
    def fit(cls, already: Sequence[float], seconds: Sequence[float]) -> Writer:
        """Least squares over batches: how many results were there, and seconds a result of each."""
        growth, first = np.polyfit(already, seconds, 1)
        return cls(float(first), float(growth))

    def seconds(self, number: int) -> float:
        """For so many results into an empty gradebook. A slope below zero is noise, and counts as none."""
        return self.first * number + max(self.growth, 0.0) * number**2 / 2


def results(number: int) -> Iterator[SubmissionResult]:
    """Results of a released lab, with points, messages and answers of a usual length."""
    from stats220.staff.build.release import Release
    from stats220.staff.grade.run import ungraded

    release = Release.load(ROOT, LAB)
    blank = ungraded(release, "", student="", isolation="bwrap", submission_sha256="ab", seed=1)
    exercises = tuple(replace(e, points=e.max_points, status="passed") for e in blank.exercises)
    questions = tuple(replace(q, answered=True, answer="Because. " * 40) for q in blank.questions)
    for place in range(number):
        yield replace(blank, student=f"student{place:06}", exercises=exercises, questions=questions)


def write(
    url: str, batches: int, size: int, others: Callable[[], float] = lambda: 0.0
) -> tuple[Writer, float]:
    """Write batches of results into an empty gradebook.

    Parameters
    ----------
    others
        Processor seconds of other processes that write for us, and for which we wait.

    Returns
    -------
    Writer, float
        Fitted to processor seconds; and the shortest of the batches' seconds a result by the clock, the disk's included.
    """
    from stats220.staff.build.release import Release
    from stats220.staff.grade.gradebook import Book

    already, seconds, shortest = [], [], float("inf")
    coming = list(results(batches * size))
    with contextlib.closing(Book(url, Release.load(ROOT, LAB))) as book:
        for batch in range(batches):
            clock, start = perf_counter(), process_time() + others()
            for result in coming[batch * size : (batch + 1) * size]:
                book.write(result)
            seconds.append((process_time() + others() - start) / size)
            shortest = min(shortest, (perf_counter() - clock) / size)
            already.append((batch + 0.5) * size)
            print(f"{url[:10]} {already[-1]:g}: {seconds[-1]:.4f} s", file=sys.stderr, flush=True)
    return Writer.fit(already, seconds), shortest


def writers(batches: int, size: int) -> dict[str, tuple[Writer, float]]:
    """The writer into each database that can be had here."""
    with tempfile.TemporaryDirectory() as scratch:
        fitted = {"SQLite": write(f"sqlite:///{scratch}/gradebook.db", batches, size)}
    if why := postgresql.problem():
        print(why, file=sys.stderr)
        return fitted
    with postgresql.scratch_server() as server:
        fitted["PostgreSQL"] = write(server.url, batches, size, server.processor_seconds)
    return fitted


def run(quick: bool = True) -> list[Row]:
    """A row a day's number of submissions: core-hours, and hours of the writer into SQLite and PostgreSQL."""
    found = writers(*(3, 50) if quick else (10, 100))
    measured, _ = compare([Grader("ours", ours(LAB, 2), 4, 8 if quick else 20)], 1 if quick else 3)
    grading = measured["ours"]
    rows = []
    for name, (writer, shortest) in found.items():
        rows.append(
            Row(
                "scaling",
                f"results of {LAB} into {name}",
                f"{1 / writer.first:.0f} a processor second, {1 / shortest:.0f} by the clock",
                "",
                float("nan"),
                f"into an empty one; each result that is there adds {writer.growth * 1e6:.2f} µs",
                better="more",
            )
        )
    for number in DAYS:
        hours = {name: writer.seconds(number) / HOUR for name, (writer, _) in found.items()}
        writing = ", ".join(f"{name} {spent:.2f} h" for name, spent in hours.items())
        rows.append(
            Row(
                "scaling",
                f"{number:,} submissions a day",
                f"{(grading.start + grading.each * number) / HOUR:.1f} core-hours",
                "",
                float("nan"),
                f"{grading.each:.2f} CPU s each, one writer: {writing}",
            )
        )
    return rows
