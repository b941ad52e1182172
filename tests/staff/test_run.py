"""Grading one notebook, in a real sandbox: what each kind of submission gets."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from nbformat.v4 import new_code_cell
from tiny_grading import FULL, TIMES, assert_double_lost, by_name, grade, points, statuses
from tiny_lab import ANSWERS, find

from stats220.checks import CheckResult, Checks
from stats220.errors import GradingError
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.problem import Findings, add_up
from stats220.staff.grade.results import to_json
from stats220.staff.grade.run import grade_notebook, ungraded
from stats220.staff.grade.runner import Sandbox
from stats220.staff.grade.sandbox import SandboxPool
from stats220.staff.grade.submissions import SubmissionError

pytestmark = pytest.mark.usefixtures("tiny_checks")


def test_the_key_gets_everything(pool: SandboxPool) -> None:
    result = grade(pool, tiny_lab.key(), student="ada")
    assert points(result) == FULL
    assert statuses(result) == ["passed"] * 3
    assert (result.score, result.max_score, result.bonus, result.max_bonus) == (6, 6, 3, 3)
    assert result.student == "ada"
    assert result.isolation == pool.isolation
    assert (result.cells, result.notes, result.mended) == ((), (), ())
    assert [c.hidden for c in by_name(result)["double"].checks] == [False, False, True]


def test_the_release_gets_nothing_and_says_not_attempted(pool: SandboxPool) -> None:
    result = grade(pool, tiny_lab.notebook())
    assert points(result) == dict.fromkeys(FULL, 0)
    assert statuses(result) == ["not attempted"] * 3
    assert [q.answered for q in result.questions] == [False]


@pytest.mark.parametrize("left_out", FULL)
def test_one_blank_exercise_costs_its_own_points(pool: SandboxPool, left_out: str) -> None:
    answers = {name: text for name, text in ANSWERS.items() if name != left_out}
    result = grade(pool, tiny_lab.with_answers(answers))
    assert points(result) == {**FULL, left_out: 0}
    assert by_name(result)[left_out].status == "not attempted"


def test_partial_credit_and_the_bonus_beside_it(pool: SandboxPool) -> None:
    answers = {
        **ANSWERS,
        "double": "def double(x):\n    return abs(2 * x)",
        "halve": "def halve(x):\n    return x",
    }
    result = grade(pool, tiny_lab.with_answers(answers))
    assert points(result) == {"double": 3, "Counter": 2, "halve": 0}
    assert statuses(result) == ["partial", "passed", "failed"]
    assert (result.score, result.max_score, result.bonus, result.max_bonus) == (5, 6, 0, 3)
    failed = [c for c in by_name(result)["double"].checks if c.status != "passed"]
    assert [c.what for c in failed] == ["doubles a negative number"]
    assert "-3" not in failed[0].message  # a hidden check tells no value


def test_answers_are_kept_for_the_person_who_marks_them(pool: SandboxPool) -> None:
    notebook = tiny_lab.notebook()
    find(notebook, "answer-why").source = "Because."
    (question,) = grade(pool, notebook).questions
    assert (question.answered, question.answer, question.max_points) == (True, "Because.", 2)


# ---- cells that fail


def test_a_cell_that_raises_costs_its_exercise_and_shows_the_error(pool: SandboxPool) -> None:
    result = grade(
        pool, tiny_lab.with_answers({**ANSWERS, "double": "def double(x)\n    return 2 * x"})
    )
    double = by_name(result)["double"]
    assert (double.points, double.status) == (0, "failed")
    assert double.message.startswith("error in the cell: SyntaxError")
    assert [c.id for c in result.cells] == ["exercise-double"]
    assert points(result) == {**FULL, "double": 0}


def test_a_cell_that_raises_after_the_definition_keeps_its_points(pool: SandboxPool) -> None:
    notebook = tiny_lab.with_answers(
        {**ANSWERS, "double": ANSWERS["double"] + "\n\nprint(undefined)"}
    )
    double = by_name(grade(pool, notebook))["double"]
    assert double.points == 4
    assert "NameError" in double.message
    assert "(line 4: print(undefined))" in double.message


def test_a_renamed_function_is_not_attempted(pool: SandboxPool) -> None:
    notebook = tiny_lab.with_answers({**ANSWERS, "double": "def twice(x):\n    return 2 * x"})
    double = by_name(grade(pool, notebook))["double"]
    assert (double.points, double.status, double.message) == (
        0,
        "not attempted",
        "nothing is named double",
    )


@pytest.mark.parametrize("value", ["None", "...", "5", "'text'", "[]", "object()"])
def test_something_else_of_that_name_is_no_answer(pool: SandboxPool, value: str) -> None:
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": f"double = {value}"}))
    assert points(result) == {**FULL, "double": 0}
    assert result.notes == ()  # it is the student's mistake, and nobody else's


def test_a_name_used_for_a_result_too_is_told(pool: SandboxPool) -> None:
    twice = ANSWERS["double"] + "\n\n\ndouble = double(np.arange(3))"
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": twice}))
    said = {c.message for c in by_name(result)["double"].checks}
    assert said == {"double is a ndarray, not a function or class: is its name used twice?"}


def test_shell_and_magic_lines_cost_nothing(pool: SandboxPool) -> None:
    notebook = tiny_lab.key()
    notebook.cells.insert(2, new_code_cell("!pip install torch\n%matplotlib inline"))
    find(notebook, "exercise-double").source = "%time 1 + 1\n!ls\n" + ANSWERS["double"]
    assert points(grade(pool, notebook)) == FULL


# ---- explore cells


def test_an_explore_cell_runs_only_where_an_exercise_needs_it(pool: SandboxPool) -> None:
    notebook = tiny_lab.key()
    find(notebook, "explore-1").source = "trained = np.ones(3)\n1 / 0"
    assert grade(pool, notebook).cells == ()
    find(notebook, "exercise-Counter").source = ANSWERS["Counter"].replace(
        "+= 1", "+= int(trained[0])"
    )
    result = grade(pool, notebook)
    assert points(result) == FULL
    assert [c.id for c in result.cells] == ["explore-1"]


def test_an_explore_cell_has_its_own_budget(pool: SandboxPool) -> None:
    notebook = tiny_lab.key()
    find(notebook, "explore-1").source = "import time\ntime.sleep(3)\ntrained = np.ones(3)"
    find(notebook, "exercise-Counter").source = ANSWERS["Counter"].replace(
        "+= 1", "+= int(trained[0])"
    )
    assert (
        points(grade(pool, notebook, TimeLimits(cell_seconds=2))) == FULL
    )  # its budget: half a minute


def test_a_name_that_the_student_defines_too_needs_no_explore_cell(pool: SandboxPool) -> None:
    notebook = tiny_lab.key()
    find(notebook, "explore-1").source = "trained = 1 / 0"
    notebook.cells.insert(2, new_code_cell("trained = [1]"))
    find(notebook, "exercise-Counter").source = ANSWERS["Counter"].replace(
        "+= 1", "+= int(trained[0])"
    )
    result = grade(pool, notebook)
    assert points(result) == FULL
    assert result.cells == ()


def test_only_one_exercise_runs_only_what_it_needs(pool: SandboxPool) -> None:
    notebook = tiny_lab.key()
    notebook.cells.insert(3, new_code_cell("1 / 0"))
    result = grade(pool, notebook, only="halve")
    assert points(result) == {"double": 0, "Counter": 0, "halve": 3}
    assert result.cells == ()


# ---- losses: each costs its own problem


def test_a_function_that_ends_the_process_costs_its_problem(pool: SandboxPool) -> None:
    kills = "import os\n\n\ndef double(x):\n    os._exit(3)"
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": kills}))
    assert_double_lost(result, "exited with status 3")
    (check,) = by_name(result)["double"].checks
    assert (check.what, check.status) == ("doubles a number", "lost")


def test_a_cell_that_ends_the_process_costs_its_problem(pool: SandboxPool) -> None:
    kills = ANSWERS["double"] + "\n\nimport os\nos.kill(os.getpid(), 9)"
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": kills}))
    assert_double_lost(result, "its cell was stopped: ")
    assert [c.id for c in result.cells] == ["exercise-double"]


def test_an_endless_function_costs_its_problem(pool: SandboxPool) -> None:
    endless = "def double(x):\n    while True:\n        pass"
    times = TimeLimits(cell_seconds=6, problem_seconds=2)
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": endless}), times)
    assert_double_lost(result, "stopped after 2 s, the limit for a problem")


def test_many_slow_answers_share_one_problems_time(pool: SandboxPool) -> None:
    slow = "import time\n\n\ndef double(x):\n    time.sleep(1.2)\n    return 2 * x"
    times = TimeLimits(cell_seconds=6, problem_seconds=2)
    assert_double_lost(
        grade(pool, tiny_lab.with_answers({**ANSWERS, "double": slow}), times),
        "limit for a problem",
    )


def test_an_endless_cell_costs_its_problem(pool: SandboxPool) -> None:
    endless = ANSWERS["double"] + "\n\nwhile True:\n    pass"
    times = TimeLimits(cell_seconds=2, problem_seconds=6)
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": endless}), times)
    assert_double_lost(result, "stopped after 2 s, the limit for a cell")


def test_a_loop_that_swallows_every_exception_is_ended_too(pool: SandboxPool) -> None:
    proof = (
        "import signal\nfor n in range(1, 30):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\n\n\n"
        "def double(x):\n    while True:\n        try:\n            while True:\n                pass\n"
        "        except BaseException:\n            pass"
    )
    times = TimeLimits(cell_seconds=6, problem_seconds=2)
    assert_double_lost(
        grade(pool, tiny_lab.with_answers({**ANSWERS, "double": proof}), times),
        "limit for a problem",
    )


def test_a_memory_hog_costs_at_most_its_problem(pool: SandboxPool) -> None:
    hog = (
        "def double(x):\n    hoard = []\n    while True:\n        hoard.append(bytearray(1 << 24))"
    )
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": hog}))
    assert points(result) == {**FULL, "double": 0}
    said = by_name(result)["double"].message + by_name(result)["double"].checks[0].message
    assert re.search("memory", said, re.IGNORECASE), said


def test_cells_before_a_loss_are_replayed_without_the_one_that_caused_it(pool: SandboxPool) -> None:
    notebook = tiny_lab.key()
    notebook.cells.insert(3, new_code_cell("base = 10"))
    notebook.cells.insert(4, new_code_cell("import os\nos._exit(1)"))
    find(notebook, "exercise-halve").source = "def halve(x):\n    return x * base / 20"
    result = grade(pool, notebook)
    assert points(result) == FULL
    assert [c.id for c in result.cells] == ["student-4"]


def test_a_submission_that_keeps_ending_its_sandbox_is_given_up(pool: SandboxPool) -> None:
    bomb = "import os\n\n\ndef double(x):\n    os._exit(0)"
    notebook = tiny_lab.with_answers({**ANSWERS, "double": bomb})
    for _ in range(4):
        notebook.cells.insert(2, new_code_cell("import os\nos._exit(1)"))
    result = grade(pool, notebook, TimeLimits(cell_seconds=6, problem_seconds=6, restarts=2))
    assert statuses(result) == ["lost"] * 3
    assert "ended its sandbox 3 times" in by_name(result)["halve"].message


def test_the_whole_notebook_has_a_limit(pool: SandboxPool) -> None:
    notebook = tiny_lab.key()
    notebook.cells.insert(2, new_code_cell("import time\ntime.sleep(60)"))
    started = time.monotonic()
    result = grade(pool, notebook, TimeLimits(cell_seconds=60, submission_seconds=2))
    assert time.monotonic() - started < 30
    assert statuses(result) == ["lost"] * 3
    assert "the limit of 2 s for the whole notebook" in by_name(result)["double"].message


# ---- one cell's loss, another's fault


LATER = [
    "import os, threading\nthreading.Timer(0.02, os._exit, (1,)).start()",
    "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.02)",
]


@pytest.mark.parametrize("cell", LATER)
def test_what_ends_a_later_cell_costs_that_cell_nothing(pool: SandboxPool, cell: str) -> None:
    slow = {name: f"import time\ntime.sleep(0.2)\n{text}" for name, text in ANSWERS.items()}
    notebook = tiny_lab.with_answers(slow)
    notebook.cells.insert(3, new_code_cell(cell))
    assert points(grade(pool, notebook)) == FULL


def test_what_ends_a_later_check_costs_that_check_nothing(pool: SandboxPool) -> None:
    slow = "import time\n\n\ndef double(x):\n    time.sleep(0.3)\n    return 2 * x"
    notebook = tiny_lab.with_answers({**ANSWERS, "double": slow})
    timer = "import os, threading\nthreading.Timer(0.2, os._exit, (1,)).start()"
    notebook.cells.insert(3, new_code_cell(timer))
    result = grade(pool, notebook)
    assert points(result) == FULL
    assert any("graded with only the cells that it needs" in note for note in result.notes)


# ---- the grader's own process


def test_an_exercise_that_is_blamed_is_not_checked_again(pool: SandboxPool) -> None:
    why = "it took too long in the grader's own process"
    result = grade(pool, tiny_lab.key(), blamed={"double": why})
    assert points(result) == {**FULL, "double": 0}
    assert (by_name(result)["double"].status, by_name(result)["double"].message) == ("lost", why)
    assert f"double: {why}" in result.notes


# ---- the second sandbox, for the hidden checks


class CountingPool:
    """Counts the sandboxes that it starts."""

    def __init__(self, pool: SandboxPool) -> None:
        self.pool, self.isolation, self.started = pool, pool.isolation, 0
        self.memory_limit = pool.memory_limit

    def start(self) -> Sandbox:
        self.started += 1
        return self.pool.start()

    def close(self) -> None:
        self.pool.close()


def test_what_ended_a_sandbox_is_not_run_again_for_the_hidden_checks(pool: SandboxPool) -> None:
    notebook = tiny_lab.with_answers(
        {
            **ANSWERS,
            "Counter": "class Counter:\n    def step(self):\n        import os\n        os._exit(1)",
        }
    )
    notebook.cells.insert(2, new_code_cell("import os\nos._exit(1)"))
    counting = CountingPool(pool)
    result = grade_notebook(tiny_lab.release(), tiny_lab.as_bytes(notebook), counting, TIMES)
    assert points(result) == {**FULL, "Counter": 0}
    # Two losses, each tried once more by itself, and one for the hidden checks.
    assert counting.started == 3 + 2 + 1


def test_no_second_sandbox_where_nothing_is_hidden(pool: SandboxPool) -> None:
    counting = CountingPool(pool)
    data = tiny_lab.as_bytes(tiny_lab.key())
    assert grade_notebook(tiny_lab.release(), data, counting, TIMES, only="halve").bonus == 3
    assert counting.started == 1


def test_what_only_the_hidden_checks_miss_costs_their_points_alone() -> None:
    exercise = tiny_lab.release().exercises[0]
    found = CheckResult("doubles", 3, 3, "passed", "", "", 1.0, False)
    lacking = CheckResult("the hidden checks", 0, 1, "failed", "nothing", "", 0.0, True)
    findings = [Findings((found,), seconds=1.0), Findings((lacking,), missing=True, seconds=0.5)]
    result, notes = add_up(exercise, findings)
    assert (result.points, result.status, result.seconds, notes) == (3, "partial", 1.5, [])


@pytest.mark.parametrize(("status", "hint"), [("passed", "Mind the scale."), ("failed", "")])
def test_a_hint_of_hidden_checks_is_for_who_passes_those_in_sight(status: Any, hint: str) -> None:
    exercise = tiny_lab.release().exercises[0]
    seen = CheckResult("doubles", 0, 3, status, "got 3", "", 1.0, False)
    unseen = CheckResult(
        "doubles more", 0, 1, "failed", "not as expected", "Mind the scale.", 1.0, True
    )
    result, _ = add_up(exercise, [Findings((seen,)), Findings((unseen,))])
    assert [check.hint for check in result.checks] == ["", hint]


# ---- repeatability


def test_a_rerun_gives_the_same_bytes_but_for_the_seconds(pool: SandboxPool) -> None:
    notebook = tiny_lab.with_answers(
        {
            "double": "import random, torch\n\n\ndef double(x):\n    raise ValueError(object(), random.random(), torch.rand(1))",
            "Counter": "class Counter:\n    def step(self):\n        return self",
            "halve": "def halve(x):\n    return np.random.rand(2)",
        }
    )
    notebook.cells.insert(3, new_code_cell("raise RuntimeError(lambda: 0, np.random.rand())"))
    first, second = (
        re.sub(r'"seconds": [\d.]+', "", to_json(grade(pool, notebook, student="ada")))
        for _ in range(2)
    )
    assert first == second
    assert "0x..." in first


# ---- the checks' own mistakes are the operator's to see, not the student's to pay for twice


def test_a_check_function_that_crashes_is_reported(
    pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible, _ = tiny_lab.install_checks()

    def broken(double: Any) -> Checks:
        raise ZeroDivisionError("a mistake of the course's")

    monkeypatch.setattr(visible, "double", broken)
    result = grade(pool, tiny_lab.key())
    double = by_name(result)["double"]
    assert (double.points, double.status) == (1, "partial")  # the hidden check still counts
    assert (double.checks[0].what, double.checks[0].status) == ("the visible checks", "error")
    assert any(
        "visible checks of double crashed: ZeroDivisionError" in note for note in result.notes
    )
    assert points(result) == {**FULL, "double": 1}


def test_a_block_that_is_broken_is_reported(
    pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible, _ = tiny_lab.install_checks()

    def broken(double: Any) -> Checks:
        checks = Checks("double")
        with checks(3, "divides"):
            1 / 0  # noqa: B018
        return checks

    monkeypatch.setattr(visible, "double", broken)
    result = grade(pool, tiny_lab.key())
    assert any("double, check 'divides'" in note for note in result.notes)


def test_checks_that_do_not_add_up_are_reported(
    pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible, _ = tiny_lab.install_checks()
    monkeypatch.setattr(visible, "Counter", lambda Counter: Checks("Counter"))
    result = grade(pool, tiny_lab.key())
    assert any("Counter do not add up to its 2 points" in note for note in result.notes)


def test_a_check_that_is_missing_is_the_operators_error(
    pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible, _ = tiny_lab.install_checks()
    monkeypatch.delattr(visible, "halve")
    with pytest.raises(
        GradingError, match=r"stats220.checks.tiny has no check 'halve'.*stats220 build"
    ):
        grade(pool, tiny_lab.key())


# ---- files that cannot be graded


def test_a_file_that_is_no_notebook_is_left_to_the_caller(pool: SandboxPool) -> None:
    with pytest.raises(SubmissionError, match="empty"):
        grade_notebook(tiny_lab.release(), b"", pool)


def test_an_ungraded_submission_has_a_zero_for_everything() -> None:
    result = ungraded(tiny_lab.release(), "the file is empty", student="ada", isolation="bwrap")
    assert (result.score, result.max_score, result.max_bonus) == (0, 6, 3)
    assert statuses(result) == ["not attempted"] * 3
    assert result.notes == ("not graded: the file is empty",)


def test_losing_the_pool_is_the_operators_error(tmp_path: Path) -> None:
    (tmp_path / "stats220").mkdir()
    (tmp_path / "stats220" / "staff").mkdir()
    with (
        SandboxPool(tmp_path, isolation="none") as broken,
        pytest.raises(GradingError, match="student wheel"),
    ):
        grade(broken, tiny_lab.key())
