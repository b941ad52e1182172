"""Results into nbgrader's own gradebook, as ``nbgrader autograde`` would leave it, so that formgrader and export work."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbgrader
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from nbgrader import utils
from nbgrader.api import Comment, Grade, Gradebook, InvalidEntry, MissingEntry
from sqlalchemy import Index, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from stats220.errors import GradingError
from stats220.staff.grade.results import SubmissionResult

if TYPE_CHECKING:
    from stats220.staff.build.release import Release


# Nbgrader finds a submission's grades and comments by their notebook, for which its tables have no index: without one each result
# would cost a look at all that are there.
INDEXES = tuple(
    Index(f"stats220_{kind.__tablename__}_notebook", kind.notebook_id) for kind in (Grade, Comment)
)


def gradebook_url(out: Path) -> str:
    """The SQLite gradebook of an output folder."""
    return f"sqlite:///{(out / 'gradebook.db').resolve()}"


def prepare_gradebook(url: str, release: Release) -> None:
    """Make the gradebook and the lab in it, or bring the lab up to date.

    To be called before grading: whatever is wrong with the gradebook shows before the work, not after it.

    Raises
    ------
    GradingError
        It is in use, is no gradebook, or holds submissions to another version of this lab.
    """
    Book(url, release).close()


def write_gradebook(
    url: str,
    release: Release,
    results: Sequence[SubmissionResult],
    *,
    resubmitted: Collection[str] = (),
) -> None:
    """Write automatic scores; manual scores and comments stay. There is one writer: call it in one process only.

    Parameters
    ----------
    url
        Any SQLAlchemy URL.
    release
        What the class received.
    results
        One a student. Who handed in no file gets no submission.
    resubmitted
        Students whose file is another than the one graded before: a person should look at their manual scores again.

    Raises
    ------
    GradingError
        As `prepare_gradebook`; results files are not touched.
    """
    with contextlib.closing(Book(url, release)) as book:
        for result in results:
            book.write(result, again=result.student in resubmitted)


class Book:
    """An open gradebook, for results as they come; between them it is locked for nobody.

    Parameters
    ----------
    url, release
        As in `write_gradebook`, of which it raises what that raises.
    """

    def __init__(self, url: str, release: Release) -> None:
        self._url, self._lab = url, release.lab
        with _clear_errors(url):
            _stamp(url)
            self._gradebook = Gradebook(url)
            for index in INDEXES:
                index.create(self._gradebook.engine, checkfirst=True)
        try:
            with self._changing():
                _write_lab(self._gradebook, release, url)
        except BaseException:
            self.close()
            raise

    def write(self, result: SubmissionResult, *, again: bool = False) -> None:
        """Write a student's automatic scores; `again`: a person should look at the manual ones, of another file."""
        with self._changing() as gradebook:
            gradebook.update_or_create_student(result.student)
            if result.submission_sha256:
                # Its parts belong together: nothing is written half-made.
                with gradebook.db.no_autoflush:
                    gradebook.update_or_create_submission(self._lab, result.student)
                _write_scores(gradebook, result, again=again)
            gradebook.db.expunge_all()  # whoever edits it meanwhile is seen, and nothing piles up

    def close(self) -> None:
        """Let go of it."""
        self._gradebook.close()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[Any]:
        with _clear_errors(self._url):
            try:
                yield self._gradebook
            except SQLAlchemyError:
                self._gradebook.db.rollback()
                raise


def _write_lab(gradebook: Any, release: Release, url: str) -> None:
    lab, notebook = release.lab, release.notebook
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    graded = {c.metadata.nbgrader.grade_id for c in cells if utils.is_grade(c)}
    gradebook.update_or_create_assignment(lab)
    try:
        known = gradebook.find_notebook(lab, lab)
    except MissingEntry:
        kernel = json.dumps(notebook.metadata.get("kernelspec", {}))
        gradebook.add_notebook(lab, lab, kernelspec=kernel)
    else:
        if known.submissions and {c.name for c in known.grade_cells} != graded:
            raise GradingError(
                f"the gradebook {_shown(url)} holds submissions to a version of {lab} with other problems: "
                "grade into another --out or gradebook"
            )
        for cell in [c for c in known.grade_cells if c.name not in graded]:
            gradebook.db.delete(cell)
        gradebook.db.commit()
    for cell in cells:
        name = cell.metadata.nbgrader.grade_id
        if utils.is_grade(cell):
            points = float(cell.metadata.nbgrader.points)
            gradebook.update_or_create_grade_cell(
                name, lab, lab, max_score=points, cell_type=cell.cell_type
            )
        if utils.is_solution(cell):
            gradebook.update_or_create_solution_cell(name, lab, lab)
        gradebook.update_or_create_source_cell(
            name,
            lab,
            lab,
            cell_type=cell.cell_type,
            locked=utils.is_locked(cell),
            source=cell.source,
            checksum=utils.compute_checksum(cell),
        )


def _write_scores(gradebook: Any, result: SubmissionResult, *, again: bool) -> None:
    submission = gradebook.find_submission_notebook(result.lab, result.lab, result.student)
    scores: dict[str, float | None] = {f"test_{e.name}": e.points for e in result.exercises}
    # As in nbgrader: an answer waits for a person, no answer is worth nothing; not found is not "not written".
    scores |= {q.name: None if q.needs_a_person else 0.0 for q in result.questions}
    blank = {e.name for e in result.exercises if e.status == "not attempted"}
    blank |= {q.name for q in result.questions if not q.needs_a_person}
    for grade in submission.grades:
        score = scores[grade.name]
        changed = again or grade.auto_score != score
        grade.auto_score = score
        if grade.manual_score is None:
            grade.needs_manual_grade = score is None
        elif changed:
            grade.needs_manual_grade = True
    for comment in submission.comments:
        comment.auto_comment = "No response." if comment.name in blank else None
    gradebook.db.commit()


@contextlib.contextmanager
def opened(url: str) -> Iterator[Any]:
    """The gradebook, for the block; whatever is wrong with it is a `GradingError` that names it."""
    with _clear_errors(url):
        _stamp(url)
        with Gradebook(url) as gradebook:
            try:
                yield gradebook
            except SQLAlchemyError:
                gradebook.db.rollback()
                raise


@contextlib.contextmanager
def _clear_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, InvalidEntry, ImportError, OSError) as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        hint = (
            "close what has it open, then run again"
            if "locked" in why
            else "check the place, or give another gradebook"
        )
        raise GradingError(f"the gradebook {_shown(url)} cannot be used ({why}): {hint}") from error


def _stamp(url: str) -> None:
    """Note the version of nbgrader's tables in a new database.

    Nbgrader does so itself with the command ``alembic``, which takes seconds and need not be on PATH.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            if not inspect(connection).get_table_names():
                migrations = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
                MigrationContext.configure(connection).stamp(migrations, "head")
    finally:
        engine.dispose()


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "URL"
