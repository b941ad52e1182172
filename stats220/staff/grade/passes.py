"""One pass through a notebook: each cell in its turn, each exercise's checks where its test cell stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stats220.line.failures import StudentError
from stats220.staff.grade import clock
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.mend import EXTRA, Mended
from stats220.staff.grade.names import cells_needed_by
from stats220.staff.grade.problem import CheckFunction, Findings, check_exercise, plain_text
from stats220.staff.grade.results import CellError
from stats220.staff.grade.runner import LostError, Runner, Source

if TYPE_CHECKING:
    from stats220.staff.build.release import Release

RUN = ("given", "exercise", EXTRA)


@dataclass(frozen=True)
class Plan:
    """Which cells run, by their places in the mended notebook.

    Attributes
    ----------
    seconds
        What each cell that runs may take.
    exercises
        The cell of each exercise.
    needs
        The cells without which a cell, and the check of what it defines, cannot run.
    """

    seconds: Mapping[int, float]
    exercises: Mapping[str, int]
    needs: Mapping[int, frozenset[int]]


def plan_cells(mended: Mended, limits: TimeLimits, only: str | None = None) -> Plan:
    """Plan the cells of a notebook; with `only`, those that one exercise needs."""
    cells = mended.notebook.cells
    roles = {i: c.metadata.stats220.role for i, c in enumerate(cells) if c.cell_type == "code"}
    explore = {i for i, role in roles.items() if role == "explore"}
    running = [i for i, role in roles.items() if role in (*RUN, "explore")]
    names = {i: mended.code(cells[i].source).names for i in running}
    tests = {cells[i].metadata.stats220.name: i for i, role in roles.items() if role == "test"}
    exercises = {
        cells[i].metadata.stats220.name: i for i, role in roles.items() if role == "exercise"
    }
    needs: dict[int, frozenset[int]] = {}
    for i in running:
        # What an exercise uses may also be defined between its cell and its check.
        end = tests[cells[i].metadata.stats220.name] if i in exercises.values() else i + 1
        before = {j: n for j, n in names.items() if j < end}
        needs[i] = frozenset(cells_needed_by(i, before, explore))
    wanted = [i for name, i in exercises.items() if only in (None, name)]
    run = frozenset(wanted).union(*(needs[i] for i in wanted))
    if only is None:
        run |= {i for i, role in roles.items() if role in RUN}
    minutes = {i: cells[i].metadata.stats220.get("minutes", 0) for i in explore}
    longest = {i: max(limits.cell_seconds, 60 * minutes.get(i, 0)) for i in sorted(run)}
    return Plan(longest, exercises, needs)


@dataclass
class Pass:
    """One pass through a notebook's cells, with one check function an exercise.

    Attributes
    ----------
    to_check
        What is checked, by exercise.
    blamed
        Exercises whose checks have ended the grader's own process, and how: they are not checked again.
    failures
        How the cell of an exercise raised.
    lost
        How the cell of an exercise ended the sandbox.
    fatal
        Places of cells that ended it.
    apart
        Whether something that one cell left behind, a timer or gigabytes, has ended others: from then on each exercise is run and
        checked in a sandbox of its own, with only the cells that it needs.
    """

    release: Release
    mended: Mended
    plan: Plan
    to_check: Mapping[str, CheckFunction]
    blamed: Mapping[str, str] = field(default_factory=dict)
    findings: dict[str, Findings] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    fatal: set[int] = field(default_factory=set)
    errors: list[CellError] = field(default_factory=list)
    apart: bool = False

    def next(self, to_check: Mapping[str, CheckFunction]) -> Pass:
        """Another pass, without the cells and the exercises that ended this one's sandbox, or are missing."""
        over = {name for name, found in self.findings.items() if found.lost or found.missing}
        over |= self.lost.keys()
        left = {name: f for name, f in to_check.items() if name not in over}
        seconds = {place: s for place, s in self.plan.seconds.items() if place not in self.fatal}
        plan = replace(self.plan, seconds=seconds)
        return Pass(self.release, self.mended, plan, left, self.blamed, apart=self.apart)

    def go(self, runner: Runner) -> None:
        """Run every cell and check every exercise."""
        for place, cell in enumerate(self.mended.notebook.cells):
            own = cell.metadata.stats220
            if place in self.plan.seconds:
                if not self.apart:
                    self._run(runner, place)
            elif own.role == "test" and own.name in self.to_check and own.name not in self.lost:
                clock.at(own.name)
                self.findings[own.name] = self._check(runner, own.name)
                clock.at("")

    # ---- cells

    def _run(self, runner: Runner, place: int) -> None:
        cell = self.mended.notebook.cells[place]
        own = cell.metadata.stats220
        try:
            self._run_or_try_again(runner, place)
        except StudentError as error:
            message, failed = plain_text(str(error)), self.failures
            if error.raised.line_number is not None:
                message += f" (line {error.raised.line_number}: {plain_text(error.raised.line)})"
        except LostError as error:
            message, failed = plain_text(str(error)), self.lost
            self.fatal.add(place)
        else:
            return
        told = CellError(cell.id, message)
        if told not in self.errors:  # a cell may run in more than one sandbox
            self.errors.append(told)
        if own.role == "exercise":
            failed[own.name] = message

    def _run_or_try_again(self, runner: Runner, place: int) -> None:
        source = self._source(place)
        try:
            runner.run(source)
        except LostError as error:
            if not error.in_time:
                raise
            # What an earlier cell has left behind may have ended it.
            with runner.beside(self._sources(self.plan.needs[place])) as alone:
                try:
                    alone.run(source)
                except LostError:
                    raise error from None
                finally:
                    ran = [ran for ran in alone.ran if ran == source]
                    runner.ran += ran
                    self.apart |= bool(ran)

    def _source(self, place: int) -> Source:
        text = self.mended.notebook.cells[place].source
        return Source(place, text, self.plan.seconds[place])

    def _sources(self, places: Iterable[int]) -> list[Source]:
        left = [place for place in sorted(places) if place in self.plan.seconds]
        return [self._source(place) for place in left if place not in self.fatal]

    # ---- checks

    def _check(self, runner: Runner, name: str) -> Findings:
        if name in self.blamed:
            return Findings(lost=self.blamed[name], notes=(f"{name}: {self.blamed[name]}",))
        if self.apart:
            return self._check_apart(runner, name)
        found = self._checked(runner, name)
        # A cell that something else ended when it ran again is lacking now.
        unsure = runner.dropped and found.points < self.to_check[name].points
        if (found.lost and found.in_time) or unsure:
            again = self._check_apart(runner, name, ran=True)
            if not again.lost and (found.lost or again.points > found.points):
                self.apart = True
                return again
        return found

    def _check_apart(self, runner: Runner, name: str, *, ran: bool = False) -> Findings:
        """Check an exercise in a sandbox that has seen only the cells that it needs; `ran` says that its own ran before."""
        place = self.plan.exercises[name]
        needs = {place, *self.plan.needs[place]} if ran else self.plan.needs[place]
        with runner.beside(self._sources(needs)) as alone:
            if not ran:
                self._run(alone, place)
            if name in self.lost:
                return Findings(lost=self.lost[name])
            found = self._checked(alone, name)
        if found.lost:
            return found
        note = (
            f"{name} was graded with only the cells that it needs: beside others its sandbox ended"
        )
        return replace(found, notes=(*found.notes, note))

    def _checked(self, runner: Runner, name: str) -> Findings:
        """Check an exercise, and where that fails, whether it would have passed with the inputs of a notebook."""
        exercise = next(e for e in self.release.exercises if e.name == name)
        function = self.to_check[name]
        found = check_exercise(runner, exercise, function)
        if runner.seed and not function.hidden and found.has_failed:
            with runner.drawing_from(0):
                again = check_exercise(runner, exercise, function)
            return replace(found, memorized=again.points == function.points)
        return found


def exercise_sources(notebook: Any) -> dict[str, str]:
    """The source of each exercise's cell."""
    return {
        c.metadata.stats220.name: c.source
        for c in notebook.cells
        if c.metadata.stats220.role == "exercise"
    }
