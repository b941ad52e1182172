"""A sample class: six students whose notebooks show what the grader does with each kind of submission."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

# What a cheat tries: a value that claims to equal everything, and checkers rewired to be content. None of it reaches
# the grader, whose own process holds the checks, the expected values and the points.
CHEAT = '''
import torch, numpy
class Anything:
    """Claims to be whatever it is compared with."""
    def __init__(self, *args, **kwargs): pass
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name): return self
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __float__(self): return 0.0
    def __bool__(self): return True
    def __array__(self, *args, **kwargs): return numpy.zeros(())
    @classmethod
    def __torch_function__(cls, *args, **kwargs): return torch.tensor(True)
torch.testing.assert_close = numpy.testing.assert_allclose = lambda *args, **kwargs: None
torch.equal = torch.allclose = lambda *args, **kwargs: True
import stats220.checks
stats220.checks.Checks.points = property(lambda self: 1000)
print(1000)
{name} = Anything()
'''


def _role(cell: NotebookNode) -> str:
    return str(cell.metadata.get("stats220", {}).get("role", ""))


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("stats220", {}).get("name", ""))


def _with_bodies(notebook: NotebookNode, body: Callable[[str, str], str]) -> NotebookNode:
    """A copy in which each exercise cell's source is ``body(exercise, source)``."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if _role(cell) == "exercise":
            cell.source = body(_name(cell), cell.source)
    return copy


def _first_function(notebook: NotebookNode) -> str:
    """The first exercise that is a function: the one that the failing students fail."""
    for cell in notebook.cells:
        if _role(cell) == "exercise" and any(
            isinstance(node, ast.FunctionDef) for node in ast.parse(cell.source).body
        ):
            return _name(cell)
    raise ValueError("the lab has no exercise that is a function")


def sample_class(release: NotebookNode, key: NotebookNode) -> dict[str, NotebookNode]:
    """Six submissions, by student.

    Parameters
    ----------
    release
        The notebook that students receive.
    key
        The same with every exercise solved.
    """
    stubs = {_name(cell): cell.source for cell in release.cells if _role(cell) == "exercise"}
    half = set(list(stubs)[::2])
    failing = _first_function(key)
    return {
        "ada-full-marks": key,
        "ben-partly-right": _with_bodies(
            key, lambda name, source: source if name in half else stubs[name]
        ),
        "cleo-blank": release,
        "dan-crashing": _with_bodies(
            key,
            lambda name, source: (
                f"def {name}(*args, **kwargs):\n    import os\n    os.abort()\n"
                if name == failing
                else source
            ),
        ),
        "eva-endless": _with_bodies(
            key,
            lambda name, source: (
                f"def {name}(*args, **kwargs):\n    while True:\n        pass\n"
                if name == failing
                else source
            ),
        ),
        "finn-cheating": _with_bodies(
            release, lambda name, _source: CHEAT.replace("{name}", name).lstrip()
        ),
    }


def write_class(submissions: dict[str, NotebookNode], lab: str, folder: Path) -> None:
    """Write ``<student>/<lab>.ipynb`` for each submission into a new ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    for student, notebook in submissions.items():
        (folder / student).mkdir(parents=True)
        nbformat.write(notebook, folder / student / f"{lab}.ipynb")


def run_demo(root: Path, lab: str, out: Path, *, jobs: int, isolation: str) -> None:
    """Write the sample class of ``lab`` into ``out``, grade it there, print the table and the places."""
    from stats220.staff.build.release import Release
    from stats220.staff.grade.clock import TimeLimits
    from stats220.staff.grade.course import grade_class
    from stats220.staff.grade.table import score_table, table_console

    release = Release.load(root, lab).notebook
    key = nbformat.read(root / "solutions" / f"{lab}.ipynb", as_version=4)
    submissions, graded = out / "submissions", out / "graded"
    write_class(sample_class(release, key), lab, submissions)
    shutil.rmtree(
        graded, ignore_errors=True
    )  # an earlier demo, perhaps of another version of the lab
    results = grade_class(
        root,
        lab,
        submissions,
        graded,
        jobs=jobs,
        isolation=isolation,
        time_limits=TimeLimits(cell_seconds=20, problem_seconds=20),  # the endless one uses it up
        progress=True,
    )
    console = table_console()
    console.print(score_table(results))
    console.print(_places(root, lab, out, graded), highlight=False, soft_wrap=True)
    console.print(_recordings(), highlight=False, soft_wrap=True)


def _recordings() -> str:
    """Whether the notebooks find real recordings here."""
    from stats220.data.registry import MOUSE_REACHING, cache_folder

    folder = cache_folder() / MOUSE_REACHING.name
    if folder.is_dir():
        return f"{'recordings':20}{folder}"
    return f"{'recordings':20}none here: the notebooks run on the simulator, or fetch them when asked to"


def _places(root: Path, lab: str, out: Path, graded: Path) -> str:
    places: Sequence[tuple[str, Path]] = [
        ("class report", graded / f"report-{lab}.html"),
        ("feedback pages", graded / "feedback"),
        ("grades", graded / f"grades-{lab}.csv"),
        ("student notebooks", root / "release"),
        ("sample submissions", out / "submissions"),
    ]
    return "\n".join(f"{what:20}{path}" for what, path in places)
