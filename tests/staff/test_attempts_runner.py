"""The attempts bank: its files, its verdicts, and what it must not leave unproved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_lab
from rich.console import Console
from tiny_lab import ANSWERS, LAB

from stats220.errors import AuthorError, GradingError
from stats220.staff.grade import worker
from stats220.staff.grade.attempts import AttemptsReport, find_gaps, run_attempts
from stats220.staff.grade.bank import read_attempt, read_bank
from stats220.staff.grade.sandbox import bwrap_problem

pytestmark = pytest.mark.usefixtures("one_warm_process")
ISOLATION = "none" if bwrap_problem() else "bwrap"
EXERCISES = {e.name: e for e in tiny_lab.release().exercises}

# A bank that proves everything: each check is failed by one, double (4 points) has three wrong ones.
BANK = {
    "double_key": ("double", "all", ANSWERS["double"]),
    "double_sum": ("double", "4", "def double(x):\n    return x + x"),
    "double_list": ("double", "2", "def double(x):\n    return 2 * x if np.ndim(x) == 0 else [0]"),
    "double_absolute": ("double", "3", "def double(x):\n    return abs(2 * x)"),
    "double_array_only": ("double", "less", "def double(x):\n    return x.repeat(2) if np.ndim(x) else 0"),
    "double_endless": ("double", "0", "def double(x):\n    import os\n    os._exit(1)"),
    "counter_key": ("Counter", "all", ANSWERS["Counter"]),
    "counter_other": ("Counter", "all", ANSWERS["Counter"].replace("count += 1", "count = 1 + self.count")),
    "counter_stuck": ("Counter", "0", "class Counter:\n    def step(self):\n        return 1"),
    "halve_key": ("halve", "all", ANSWERS["halve"]),
    "halve_helper": ("halve", "all", "def halve(x):\n    return (helper(x) - 1) * 0.5"),
    "halve_twice": ("halve", "0", "def halve(x):\n    return x / 4"),
}  # fmt: skip


def write(folder: Path, bank: dict[str, tuple[str, str, str]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (exercise, points, code) in bank.items():
        header = f"# exercise: {exercise}\n# says: the {name} way\n# points: {points}\n"
        (folder / f"{name}.py").write_text(header + code + "\n")
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tiny_lab.write_root(tmp_path_factory.mktemp("root"))
    write(made / "tests" / "attempts" / LAB, BANK)
    return made


@pytest.fixture(scope="module", autouse=True)
def _tiny_workers() -> Iterator[None]:
    tiny_lab.install_checks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "start", tiny_lab.start_worker)
        yield


@pytest.fixture(scope="module")
def report(root: Path, one_warm_process: None) -> AttemptsReport:
    return run_attempts(root, LAB, isolation=ISOLATION)


def test_a_sound_bank_passes(report: AttemptsReport) -> None:
    assert report.problems == []
    assert report.ok
    assert {o.attempt.path.stem for o in report.outcomes} == {LAB, *BANK}  # the key too


def test_points_are_those_of_the_real_grader(report: AttemptsReport) -> None:
    points = {o.attempt.path.stem: o.result.points for o in report.outcomes}
    assert points["double_absolute"] == 3
    assert points["double_array_only"] == 0
    assert points["halve_helper"] == 3  # given cells of the release run first
    lost = next(o for o in report.outcomes if o.attempt.path.stem == "double_endless")
    assert lost.result.status == "lost"


def test_the_table_shows_every_attempt(report: AttemptsReport) -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(report.table())
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for name in BANK:
        assert f"the {name} way" in text
    assert "mismatch" not in text


def test_mismatches_are_told_with_their_checks(root: Path, tmp_path: Path) -> None:
    bank = write(
        tmp_path,
        {
            "double_wrong_says_all": ("double", "all", "def double(x):\n    return abs(2 * x)"),
            "double_right_says_less": ("double", "less", ANSWERS["double"]),
        },
    )
    found = run_attempts(root, LAB, bank=bank, isolation=ISOLATION, jobs=1)
    assert not found.ok
    right, wrong, *_ = (p for p in found.problems if p.startswith("double_"))
    assert right.startswith("double_right_says_less.py: got 4 of 4 points, must get less")
    assert wrong.startswith("double_wrong_says_all.py: got 3 of 4 points, must get all")
    assert "doubles a negative number: failed" in wrong
    assert any(g == "Counter: 0 right attempts, 2 are needed" for g in found.gaps)
    console = Console(file=io.StringIO(), width=200)
    console.print(found.table())
    assert console.file.getvalue().count("mismatch") == 2  # type: ignore[attr-defined]


# ---- what a bank must prove


def gaps_without(report: AttemptsReport, *names: str) -> list[str]:
    kept = [o for o in report.outcomes if o.attempt.path.stem not in names]
    return find_gaps(kept, tiny_lab.release().exercises)


def test_a_check_that_nothing_fails_is_a_gap(report: AttemptsReport) -> None:
    assert gaps_without(report, "counter_stuck") == [
        "Counter: no attempt fails the visible check 'counts'"
    ]
    gaps = gaps_without(report, "double_absolute", "double_array_only")
    assert "double: no attempt fails the hidden check 'doubles a negative number'" in gaps
    assert "double: no attempt fails the visible check 'doubles a number'" in gaps


def test_too_few_attempts_are_a_gap(report: AttemptsReport) -> None:
    assert gaps_without(report, "double_list", "double_endless")[0] == (
        "double: 2 wrong attempts, 3 are needed for 4 points"
    )
    assert gaps_without(report, "halve_key") == ["halve: 1 right attempts, 2 are needed"]


def test_a_blank_attempt_proves_nothing_about_a_check(report: AttemptsReport) -> None:
    (stuck,) = (o for o in report.outcomes if o.attempt.path.stem == "counter_stuck")
    blank = replace(stuck.result.checks[0], status="not attempted")
    outcome = replace(stuck, result=replace(stuck.result, checks=(blank,)))
    others = [o for o in report.outcomes if o is not stuck]
    assert find_gaps([*others, outcome], tiny_lab.release().exercises) == [
        "Counter: no attempt fails the visible check 'counts'"
    ]


# ---- files that are no attempts

GOOD = "# exercise: double\n# says: why\n# points: 2\ndef double(x):\n    return x\n"


def test_a_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(GOOD)
    attempt = read_attempt(path, EXERCISES)
    assert (attempt.exercise, attempt.says, attempt.points) == ("double", "why", 2)
    assert attempt.code == "def double(x):\n    return x"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "there is no code"),
        (GOOD.partition("def")[0], 3, "there is no code"),
        (GOOD.replace("# says: why\n", ""), 3, "a `# says:` line is missing"),
        (GOOD.replace("# says: why", "# says:"), 2, "`# says:` is empty"),
        (GOOD.replace("# says: why", "# points: 2"), 3, "`# points:` is given twice"),
        (GOOD.replace("# says", "# because"), 2, "a `# says:` line is missing"),
        ("import torch\n" + GOOD, 1, "a `# exercise:` line is missing"),
        (GOOD.replace("double\n", "triple\n"), 1, "the lab has no exercise 'triple'"),
        (GOOD.replace("points: 2", "points: 5"), 3, "whole number from 0 to 4"),
        (GOOD.replace("points: 2", "points: most"), 3, "neither `all`, `less`"),
        (GOOD.replace("points: 2", "points: -1"), 3, "neither `all`, `less`"),
        (GOOD.replace("points: 2", "points: 1.5"), 3, "neither `all`, `less`"),
    ],
)
def test_a_bad_header_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    with pytest.raises(AuthorError) as error:
        read_attempt(path, EXERCISES)
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert says in str(error.value)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes(b"# exercise: \xff")
    with pytest.raises(AuthorError, match="cannot be read"):
        read_bank(tmp_path, tiny_lab.release())


def test_no_bank_is_an_error(root: Path, tmp_path: Path) -> None:
    for bank in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(GradingError, match="no attempts in"):
            run_attempts(root, LAB, bank=bank, isolation=ISOLATION)


@pytest.mark.gpu
def test_attempts_run_on_a_gpu(root: Path) -> None:
    found = run_attempts(root, LAB, device="cuda")
    assert found.problems == []


def test_one_exercise_is_tried_without_the_gaps_of_others(root: Path, tmp_path: Path) -> None:
    bank = write(tmp_path, {"wrong": ("double", "less", "def double(x):\n    return x")})
    found = run_attempts(root, LAB, bank=bank, isolation=ISOLATION, jobs=1, only="double")
    assert [o.attempt.path.name for o in found.outcomes] == [f"{LAB}.ipynb", "wrong.py"]
    assert all(gap.startswith("double") for gap in found.gaps)
    with pytest.raises(
        GradingError,
        match=r"no exercise 'duble' \(did you mean 'double'\?\); it has double, Counter",
    ):
        run_attempts(root, LAB, bank=bank, isolation=ISOLATION, only="duble")


def test_a_wrong_key_is_a_mismatch(tmp_path: Path) -> None:
    root = tiny_lab.write_root(tmp_path)
    bank = write(tmp_path / "bank", {"right": ("double", "all", ANSWERS["double"])})
    wrong = tiny_lab.with_answers({**ANSWERS, "double": "def double(x):\n    return abs(2 * x)"})
    (root / "solutions" / f"{LAB}.ipynb").write_bytes(tiny_lab.as_bytes(wrong))
    found = run_attempts(root, LAB, bank=bank, isolation=ISOLATION, jobs=1, only="double")
    assert any(
        p.startswith(f"{LAB}.ipynb: got 3 of 4 points, must get all") for p in found.problems
    )
