"""What the tests of every lab's checks do: the key, the stubs and the bank of attempts, visible and hidden checks together.

A lab's test file says which lab it is and which names its first cells import, and inherits the tests::

    LAB = LabChecks("lab3_calcium", given={"np": np, "cp": cp})


    class TestBank(BankTests):
        lab = LAB
"""

from __future__ import annotations

import ast
import functools
import importlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from rules import as_lists, overwriting, renamed

from stats220.checks import CheckResult
from stats220.line.capture import captured, no_display
from stats220.line.session import Loopback
from stats220.line.surroundings import undisturbed
from stats220.staff.build.reference import read_reference

ROOT = Path(__file__).resolve().parents[2]
SEEDS = (
    1,
    2,
)  # of the visible inputs, beside a notebook's own 0; `stats220 attempts --seed` tries others


class LabChecks:
    """A lab's checks, its key and its bank.

    Parameters
    ----------
    name
        The lab, for example "lab3_calcium".
    given
        The names that its first cells import.
    sandbox_only
        Attempts that are not to run in the tests' own process, by the stem of their file.
    """

    def __init__(
        self, name: str, *, given: Mapping[str, Any], sandbox_only: Collection[str] = ()
    ) -> None:
        self.module = name.partition("_")[2]
        self.given = dict(given)
        self.visible = importlib.import_module(f"stats220.checks.{self.module}")
        self.key = importlib.import_module(f"stats220.reference.{self.module}")
        self.hidden = importlib.import_module(f"stats220.reference.{self.module}.hidden")
        self.exercises: list[str] = self.key.__all__
        self.attempts = ROOT / "tests" / "attempts" / name
        self.bank = [p for p in sorted(self.attempts.glob("*.py")) if p.stem not in sandbox_only]

    def run_checks(
        self,
        exercise: str,
        attempt: Any,
        *,
        seed: int = 0,
        modules: Collection[ModuleType] | None = None,
    ) -> list[CheckResult]:
        """The results of all blocks, visible and hidden, looped back in this process: quick, and without a sandbox."""
        results = []
        for module in (self.visible, self.hidden) if modules is None else modules:
            if not hasattr(module, exercise):
                continue  # no hidden check: what the text asks is drawn anew at grading anyway
            session = Loopback("cpu")
            session.checks_seed = seed
            with undisturbed(), captured(), no_display(), session.activate():
                results += getattr(module, exercise)(session.put(attempt)).results
        return results

    def points(self, exercise: str, attempt: Any) -> float:
        """What an attempt earns."""
        return sum(result.points for result in self.run_checks(exercise, attempt))

    @functools.cache  # noqa: B019
    def full_points(self, exercise: str) -> float:
        """What is to be had."""
        results = self.run_checks(exercise, getattr(self.key, exercise))
        return sum(result.max_points for result in results)

    def define(self, source: str, name: str) -> Any:
        """What a student's cell defines."""
        names: dict[str, Any] = {**self.given, "__name__": "__main__"}
        exec("from jaxtyping import Float, UInt8", names)
        exec(compile(source, f"<{name}>", "exec"), names)
        return names[name]

    def attempt(self, stem: str) -> Any:
        """What an attempt of the bank defines."""
        path = self.attempts / f"{stem}.py"
        return self.define(path.read_text(encoding="utf-8"), headers(path)["exercise"])

    @functools.cache  # noqa: B019
    def outcome(self, path: Path) -> list[CheckResult]:
        """The results of an attempt of the bank, as `stats220 attempts` has them."""
        return self.run_checks(headers(path)["exercise"], self.attempt(path.stem))

    def result(self, stem: str, what: str) -> CheckResult:
        """Of an attempt of the bank, the block whose `what` begins so."""
        results = self.outcome(self.attempts / f"{stem}.py")
        return next(result for result in results if result.what.startswith(what))


def headers(path: Path) -> dict[str, str]:
    """What an attempt says of itself in its first lines."""
    return dict(re.findall(r"^# (\w+): (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def blocks(module: ModuleType) -> list[dict[str, ast.expr]]:
    """The keywords of every `with checks(...)` in a folder of checks."""
    calls = [
        node.items[0].context_expr
        for path in sorted(Path(str(module.__file__)).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.With)
    ]
    return [
        {str(keyword.arg): keyword.value for keyword in call.keywords}
        for call in calls
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "checks"
    ]


class BankTests:
    """The tests; a lab inherits them and says which it is."""

    lab: ClassVar[LabChecks]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "exercise" in metafunc.fixturenames:
            metafunc.parametrize("exercise", self.lab.exercises)
        if "path" in metafunc.fixturenames:
            metafunc.parametrize("path", self.lab.bank, ids=[path.stem for path in self.lab.bank])
        if "right" in metafunc.fixturenames:
            right = [path for path in self.lab.bank if headers(path)["points"] == "all"]
            metafunc.parametrize("right", right, ids=[path.stem for path in right])

    def test_key_gets_all_points_and_as_many_are_hidden_as_announced(self, exercise: str) -> None:
        lab = self.lab
        checks = getattr(lab.visible, exercise)(getattr(lab.key, exercise))
        results = lab.run_checks(exercise, getattr(lab.key, exercise))
        assert [r.message for r in results if r.status != "passed"] == []
        assert checks.hidden_points == sum(r.max_points for r in results if r.hidden)
        assert len(checks.results) == sum(not r.hidden for r in results)

    def test_its_files_have_one_name_in_each_room(self, exercise: str) -> None:
        rooms = [self.lab.key, self.lab.visible, self.lab.hidden]
        modules = [getattr(room, exercise).__module__ for room in rooms if hasattr(room, exercise)]
        assert len({module.rpartition(".")[2] for module in modules}) == 1, modules

    def test_stub_is_not_attempted_in_every_block(self, exercise: str) -> None:
        reference = read_reference(ROOT, self.lab.module).exercise(exercise)
        assert reference is not None
        results = self.lab.run_checks(exercise, self.lab.define(reference.stub, exercise))
        assert [result.status for result in results] == ["not attempted"] * len(results)

    def test_breaking_a_rule_of_all_problems_costs_points(self, exercise: str) -> None:
        """Arguments keep their names, arrays are arrays, and inputs stay as they are: each has a visible check."""
        for breaking in (renamed, as_lists, overwriting):
            broke: list[str] = []
            answer = breaking(getattr(self.lab.key, exercise), broke)
            results = self.lab.run_checks(exercise, answer, modules=[self.lab.visible])
            lost = [result for result in results if result.status != "passed"]
            assert lost or not broke, f"{breaking.__name__} costs nothing"

    def test_attempt_gets_the_points_that_it_says(self, path: Path) -> None:
        header, points = headers(path), sum(result.points for result in self.lab.outcome(path))
        full = self.lab.full_points(header["exercise"])
        if header["points"] == "less":
            assert points < full
        else:
            assert points == (full if header["points"] == "all" else float(header["points"]))

    def test_right_answers_are_right_for_other_inputs(self, right: Path) -> None:
        """Visible inputs are drawn anew by each grading run: no verdict may hang on what was drawn."""
        for seed in SEEDS:
            results = self.lab.run_checks(
                headers(right)["exercise"], self.lab.attempt(right.stem), seed=seed
            )
            assert [r.message for r in results if r.status != "passed"] == []

    def test_bank_fails_every_check_and_holds_enough_for_every_exercise(self) -> None:
        outcomes = [
            (headers(path)["exercise"], result)
            for path in self.lab.bank
            for result in self.lab.outcome(path)
        ]
        failed = {(name, result.what) for name, result in outcomes if result.status != "passed"}
        assert {(name, result.what) for name, result in outcomes} - failed == set()
        for exercise in self.lab.exercises:
            said = [
                headers(p)["points"] for p in self.lab.bank if headers(p)["exercise"] == exercise
            ]
            assert said.count("all") >= 2
            assert len(said) - said.count("all") >= 3

    def test_every_block_has_a_hint_of_its_own(self) -> None:
        for module in (self.lab.visible, self.lab.hidden):
            found = blocks(module)
            hints = [ast.unparse(block["hint"]) for block in found if "hint" in block]
            assert found
            assert len(hints) == len(found)
            assert len(set(hints)) == len(hints)
