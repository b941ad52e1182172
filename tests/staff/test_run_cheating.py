"""Grading one notebook that is hostile, in a real sandbox: no points for anything but answers, and nothing hidden is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tiny_lab
from nbformat.v4 import new_code_cell
from tiny_grading import FULL, assert_double_lost, by_name, grade, points
from tiny_lab import ANSWERS

from stats220.checks import CheckResult, Checks
from stats220.line.session import Loopback
from stats220.staff.grade.problem import looks_copied
from stats220.staff.grade.results import ExerciseResult, SubmissionResult, to_json
from stats220.staff.grade.sandbox import SandboxPool

pytestmark = pytest.mark.usefixtures("tiny_checks")


CHEATS = {
    "prints grades": "print('double: 4 of 4')\nprint(4)\ndef double(x):\n    print('4')",
    "lying equality": (
        "class Yes:\n    def __eq__(self, other): return True\n    def __lt__(self, other): return True\n"
        "    def __bool__(self): return True\n    def __float__(self): return 6.0\n"
        "    def __getattr__(self, name): return self\n    def __call__(self, *a): return self\n"
        "double = Yes()"
    ),
    "returns a liar": (
        "class Yes(float):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def double(x):\n    return Yes(0)"
    ),
    "rewires numpy and torch": (
        "import numpy, torch\nnumpy.testing.assert_allclose = numpy.array_equal = lambda *a, **k: True\n"
        "torch.equal = torch.allclose = lambda *a, **k: True\n"
        "torch.Tensor.__eq__ = lambda *a: torch.tensor(True)\ndef double(x):\n    return x"
    ),
    "rewires the checks": (
        "import stats220.checks\nfrom stats220.checks import recorder\n"
        "recorder.Checks.points = property(lambda self: 1000)\n"
        "recorder.Checks.equal = lambda *a, **k: None\ndef double(x):\n    return 0"
    ),
    "looks for the key": "from stats220.reference.tiny.hidden import double",
    "writes a result": (
        "import json, pathlib\nfor place in ['.', '/tmp', '/work', '..']:\n    try:\n"
        "        pathlib.Path(place, 'lab0_tiny.json').write_text(json.dumps({'score': 6}))\n"
        "    except OSError:\n        pass\ndef double(x):\n    return 0"
    ),
    "speaks over the line": (
        "import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b'\\x00' * 64)\n    except OSError:\n        pass\n"
        "def double(x):\n    return 0"
    ),
    "raises what ends the grader": "def double(x):\n    raise KeyboardInterrupt",
    "raises a system exit": "def double(x):\n    raise SystemExit(0)",
    "forges an error": (
        "class SandboxTimeout(BaseException): pass\ndef double(x):\n    raise SandboxTimeout('4 of 4 passed')"
    ),
    "walks the stack": (
        "import sys\ndef double(x):\n    frame = sys._getframe()\n    while frame:\n"
        "        for name in list(frame.f_locals):\n            if 'point' in name or 'result' in name:\n"
        "                frame.f_locals[name] = 1000\n        frame = frame.f_back\n    return 0"
    ),
}


@pytest.mark.parametrize("how", CHEATS)
def test_cheating_earns_nothing_and_costs_others_nothing(pool: SandboxPool, how: str) -> None:
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": CHEATS[how]}))
    assert by_name(result)["double"].points == 0
    if how != "rewires numpy and torch":  # the student's own numpy is the student's own loss
        assert points(result) == {**FULL, "double": 0}
    assert result.max_score == 6
    json.loads(to_json(result))


def test_what_is_printed_is_bounded(pool: SandboxPool) -> None:
    loud = "print('x' * 50_000_000)\n" + ANSWERS["double"]
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": loud}))
    assert points(result) == FULL
    assert len(to_json(result)) < 20_000


def test_a_long_error_is_shortened(pool: SandboxPool) -> None:
    notebook = tiny_lab.with_answers({**ANSWERS, "double": "raise ValueError('x' * 1_000_000)"})
    assert len(to_json(grade(pool, notebook))) < 20_000


# ---- answers read off the checks


def drawn(double: Any) -> Checks:
    """Checks of doubling, on numbers that are drawn."""
    checks = Checks("double", hidden_points=1)
    for n, worth in ((1, 1), (2, 2)):
        with checks(worth, f"doubles a number, {n}"):
            x = int(checks.rng.integers(1000, 10**6))
            checks.equal(double(x), 2 * x)
    return checks


def test_what_was_read_off_the_checks_earns_nothing_and_is_told(
    pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible, _ = tiny_lab.install_checks()
    monkeypatch.setattr(visible, "double", drawn)
    seen: dict[int, int] = {}
    with Loopback().activate() as session:
        drawn(session.put(lambda x: seen.setdefault(x, 2 * x)))
    assert len(seen) == 2
    table = tiny_lab.with_answers(
        {**ANSWERS, "double": f"def double(x):\n    return {seen}.get(x, 0)"}
    )
    noted = "the visible checks pass with the inputs that students see and no others in double"
    with_seed = grade(pool, table, seed=1)
    assert points(with_seed) == {**FULL, "double": 0}
    assert by_name(with_seed)["double"].memorized
    assert any(note.startswith(noted) for note in with_seed.notes)
    assert with_seed.seed == 1
    as_in_a_notebook = grade(pool, table)
    assert points(as_in_a_notebook) == {**FULL, "double": 3}
    honest = grade(
        pool, tiny_lab.with_answers({**ANSWERS, "double": "def double(x):\n    return x"}), seed=1
    )
    assert not by_name(honest)["double"].memorized
    assert honest.notes == ()
    assert points(grade(pool, tiny_lab.key(), seed=1)) == FULL


def row(points: int, hidden: bool) -> CheckResult:
    return CheckResult("it", points, 1, "passed" if points else "failed", "", "", 0.0, hidden)


@pytest.mark.parametrize(
    ("visible", "hidden", "told"),
    [
        ([1, 1, 1], [0, 0, 0], True),
        ([1, 1, 1], [0, 0, 1], True),  # that one is understood says nothing of the others
        ([1, 1, 0], [0, 0, 0], True),
        ([1, 1], [0, 1], False),  # that can happen to anybody
        ([1, 0], [0, 0], False),
    ],
)
def test_answers_read_off_the_visible_checks_are_shown_to_a_person(
    visible: list[int], hidden: list[int], told: bool
) -> None:
    results = [
        ExerciseResult(f"e{i}", v + h, 2, False, "partial", 0.0, "", (row(v, False), row(h, True)))
        for i, (v, h) in enumerate(zip(visible, hidden, strict=True))
    ]
    assert bool(looks_copied(results)) == told


# ---- hidden inputs stay hidden

# Remembers every input it has seen, and says so wherever a student's words are shown.
MEMORY = "SEEN = []\n\n\ndef double(x):\n    SEEN.append(str(x))\n    return 2 * x"
TELLERS = {
    "another exercise's visible check": {
        "Counter": "class Counter:\n    def step(self):\n        raise ValueError(f'seen {SEEN}')",
    },
    "another exercise's result": {
        "Counter": "class Counter:\n    def step(self):\n        return f'seen {SEEN}'",
    },
    "a cell's error": {"halve": "raise ValueError(f'seen {SEEN}')"},
    "an exit status": {
        "double": MEMORY.replace(
            "    return",
            "    import os\n    if str(x) == '-1.5':\n        os._exit(-10 * int(-15))\n    return",
        )
    },
    "an exception's name and message": {
        "double": MEMORY.replace(
            "    return",
            "    if str(x) == '-1.5':\n        raise type(f'seen{x}', (ValueError,), {})(f'seen {x}')\n    return",
        )
    },
    "a refusal": {
        "double": MEMORY.replace(
            "    return",
            "    from stats220.line.operations import Operations\n    from stats220.line.wire import pack\n"
            "    if str(x) == '-1.5':\n        refused = {'refused': f'seen {x}', 'printed': ''}\n"
            "        Operations.respond = lambda self, receive: (receive(), pack(refused, self))[1]\n    return",
        )
    },
    "a file": {
        "double": MEMORY.replace(
            "    return", "    open('/tmp/seen', 'a').write(str(x))\n    return"
        ),
        "Counter": "class Counter:\n    def step(self):\n        raise ValueError(open('/tmp/seen').read())",
    },
}


@pytest.mark.parametrize("how", TELLERS)
def test_what_has_seen_a_hidden_input_cannot_tell(pool: SandboxPool, how: str) -> None:
    answers = {**ANSWERS, "double": MEMORY, **TELLERS[how]}
    notebook = tiny_lab.with_answers(answers)
    notebook.cells.append(new_code_cell("raise KeyError(f'seen {SEEN}')"))
    if how == "a file" and pool.isolation == "none":
        pytest.skip("without isolation files outlive the sandbox")
    text = to_json(grade(pool, notebook))
    assert "doubles a negative number" in text
    assert "-1.5" not in text
    assert "status 150" not in text


def test_a_loss_in_a_hidden_check_costs_the_problem_and_says_little(pool: SandboxPool) -> None:
    ends = "import os\n\n\ndef double(x):\n    return os._exit(37) if np.ndim(x) == 0 and x < 0 else 2 * x"
    result = grade(pool, tiny_lab.with_answers({**ANSWERS, "double": ends}))
    assert_double_lost(result, "the program ended during the hidden checks")
    (check,) = by_name(result)["double"].checks
    assert (check.what, check.status, check.hidden) == ("doubles a negative number", "lost", True)
    assert "37" not in double_text(result)


def double_text(result: SubmissionResult) -> str:
    double = by_name(result)["double"]
    return " ".join([double.message, *(c.message for c in double.checks), *result.notes])
