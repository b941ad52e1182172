"""What broken, crashing and cheating submissions to a real lab get: the corpus of the tests, with the limits of a class."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter

import nbformat

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
QUICK = 12  # every so many cases


def run(quick: bool = True, lab: str = "lab4_pose") -> list[Row]:
    """Grade the corpus made from a lab (in full, or a few of each kind); one row, and a line for each case that got another score."""
    sys.path.insert(0, str(ROOT / "tests" / "staff"))
    from corpus import CASES, Lab

    from stats220.staff.build.release import Release
    from stats220.staff.grade.clock import TimeLimits
    from stats220.staff.grade.course import grade_class

    release = Release.load(ROOT, lab)
    solved = nbformat.read(ROOT / "solutions" / f"{lab}.ipynb", as_version=4)
    answers = {
        cell.metadata.stats220.name: cell.source
        for cell in solved.cells
        if cell.metadata.get("stats220", {}).get("role") == "exercise"
    }
    made = Lab(release, answers)
    cases = CASES[::QUICK] if quick else CASES
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for case in cases:
            (folder / "in" / case.name).mkdir(parents=True)
            (folder / "in" / case.name / f"{lab}.ipynb").write_bytes(case.file(made))
        start = perf_counter()
        results = grade_class(
            ROOT,
            lab,
            folder / "in",
            folder / "out",
            jobs=2,
            time_limits=TimeLimits(cell_seconds=30, problem_seconds=30),
        )
        seconds = perf_counter() - start
    found = {result.student: {e.name: e.points for e in result.exercises} for result in results}
    for case in cases:
        expected = made.expected(case.costs)
        got = sum(found[case.name].values())
        sign = "" if found[case.name] == expected else "  <- differs"
        print(f"{case.kind:9} {case.name:50} {sum(expected.values()):4g} {got:4g}{sign}")
    right = sum(found[case.name] == made.expected(case.costs) for case in cases)
    return [
        Row(
            "hostile submissions",
            f"{lab}, {len(cases)} cases",
            f"{right} as they must",
            f"{len(cases)}",
            len(cases) / max(right, 1),
            f"{seconds / len(cases):.1f} s a submission, of which some use up a limit",
        )
    ]
