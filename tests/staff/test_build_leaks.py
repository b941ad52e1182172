"""Answers planted wherever they could slip into what students receive: each is caught, and said where it was written."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4
from tiny_course import (
    ANSWERS_FILE,
    CHECKS_FILE,
    COUNTER_FILE,
    COURSE_FILE,
    LAB_FILE,
    REFERENCE_FILE,
    edit,
    line_of,
    write_course,
)

from stats220.errors import AuthorError
from stats220.staff.build import build_all
from stats220.staff.build.confidential import secrets_of, squeeze
from stats220.staff.build.course import read_course
from stats220.staff.build.leaks import check_leaks, places_of
from stats220.staff.build.sources import read_sources

NEW_CELL = "# %% [markdown]\n# ## Problem 1a"
ONE_TWO = "    root = math.sqrt(shifted)\n    return root\n"


def given(code: str) -> tuple[str, str, str]:
    return (LAB_FILE, NEW_CELL, f"# %%\n{code}\n\n{NEW_CELL}")


def text(words: str) -> tuple[str, str, str]:
    return (LAB_FILE, NEW_CELL, f'# %% [markdown]\nr"""\n{words}\n"""\n\n{NEW_CELL}')


def check(code: str) -> tuple[str, str, str]:
    return (CHECKS_FILE, "@checked\ndef twice", f"{code}\n\n\n@checked\ndef twice")


# In each: what is planted, the text of the line that the error must name, and what it says leaks.
PLANTED = {
    "a whole region in a given cell": (given("value = 3\nshifted = value + OFFSET"), "shifted = value", "shifted_root"),
    "two statements in a row": (given(f"def helper(shifted):\n    size = 3\n{ONE_TWO}"), "root = math", "shifted_root"),
    "two statements in another layout": (given("def helper(shifted):\n    root = (math\n      .sqrt( shifted ))  # here\n\n    return root"), "root = (math", "shifted_root"),
    "one long statement": (given('def helper(shifted, value):\n    if shifted < 0: raise ValueError(f"{value} is below -{OFFSET}")'), "if shifted < 0", "shifted_root"),
    "a part of a statement": (given('def helper(value):\n    raise ValueError(f"{value} is below -{OFFSET}")'), "raise ValueError", "shifted_root"),
    "a region inside a class": (given("class Mine:\n    def go(self):\n        self.total += self.step\n        return self.total"), "self.total += ", "Counter"),
    "a region in a cell with magics": (given("# %matplotlib inline\ndef f(value):\n    return value + value"), "return value + value", "twice"),
    "an explore cell": ((LAB_FILE, "print(roots)", "print(roots)\nvalue = 3\nshifted = value + OFFSET"), "shifted = value", "shifted_root"),
    "a branch of a match": (given("def f(value, shifted):\n    match value:\n        case 1:\n            root = math.sqrt(shifted)\n            return root"), "root = math", "shifted_root"),
    "an except clause": (given("def f(value, shifted):\n    try:\n        pass\n    except OSError:\n        root = math.sqrt(shifted)\n        return root"), "root = math", "shifted_root"),
    "a given function's docstring": (given('def f(shifted):\n    """Gives\n\n    root = math.sqrt(shifted)\n    return root\n    """'), "root = math", "shifted_root"),
    "a comment": (given("value = 3\n# Hint: return value + value"), "# Hint: return", "twice"),
    "a comment over several lines": (given("value = 3\n# self.total +=\n#    self.step\n# return self.total\n"), "", "Counter"),
    "text": (text("Write `shifted = value+OFFSET`, and you are done."), "shifted = value+", "shifted_root"),
    "a block of code in text": (text("Like so:\n```python\nroot = math.sqrt( shifted )\nreturn root\n```"), "root = math", "shifted_root"),
    "a quotation in text": (text("> root = math.sqrt(shifted)\n> return root"), "root = math", "shifted_root"),
    "html in text": (text("<code>if shifted &lt; 0: raise ValueError(f&quot;{value} is below -{OFFSET}&quot;)</code>"), "", "shifted_root"),
    "a question": ((LAB_FILE, "Why is the number", "Why is `return value + value` so? Why is the number"), "Why is `return", "twice"),
    "the exercise's own docstring": ((REFERENCE_FILE, "Raises ValueError where there is none.", "Solution: shifted = value + OFFSET"), "", "shifted_root"),
    "another exercise's docstring": ((COUNTER_FILE, "Double a number.", "Double it; shifted = value + OFFSET."), "", "shifted_root"),
    "a prompt": ((COUNTER_FILE, '"""Double a number."""\n', '"""Double a number."""\n    # return value + value\n'), "", "twice"),
    "a given line of another exercise": ((COUNTER_FILE, "        self.step = step\n", "        self.step = step\n        value = 0\n        return value + value\n"), "", "twice"),
    "a check's oracle": (check("def oracle(value):\n    return value + value"), "return value + value", "twice"),
    "a check's docstring": ((CHECKS_FILE, '"""Doubles 3."""', '"""return value + value"""'), "return value", "twice"),
    "a check's hint": ((CHECKS_FILE, 'hint="3 + 3"', 'hint="return value + value"'), "Doubles 3 >> hint=", "twice"),
    "a hint in two strings": ((CHECKS_FILE, 'hint="3 + 3"', 'hint="return value "\n        "+ value"'), "", "twice"),
    "a simulator of the wheel": (("stats220/data/tiny.py", "", '"""Data."""\n\n\ndef simulate(value):\n    """More."""\n    return value + value\n'), "return value", "twice"),
    "a text file of the wheel": (("stats220/data/notes.txt", "", "first\nreturn value + value\n"), "return value", "twice"),
    "a hidden check": ((CHECKS_FILE, "    return checks\n", '    with checks(1, "takes the root of a quarter", hint="0.5 squared is 0.25."):\n        pass\n    return checks\n'), "root of a quarter", "hidden check"),
    "a hidden check's body": (check("def more(checks, shifted_root):\n    expected = 0.5\n    checks.close(shifted_root(-0.75), expected, atol=1e-6)"), "expected = 0.5", "hidden check"),
    "a hidden check's name in text": (text('It says checks(1, "takes the root of a quarter", hint="0.5 squared is 0.25.").'), "It says", "hidden check"),
    "an attempt": (given('def guess(value):\n    if value < -1:\n        raise ValueError("no root")\n    return value**0.5'), "if value < -1", "attempt forgets"),
    "what an attempt says": (text("A slip: forgets to add the offset before it takes the root, a slip."), "A slip", "attempt forgets"),
    "a model answer": (text("So that numbers a little below zero have a root as well, down\nto minus the offset."), "So that", "model answer"),
    "a model answer in a check": ((CHECKS_FILE, 'hint="3 + 3"', 'hint="So that numbers a little below zero have a root as well, down to minus the offset."'), "Doubles 3 >> hint=", "model answer"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_planted_in_the_sources(tmp_path: Path, name: str) -> None:
    (file, old, new), at, what = PLANTED[name]
    write_course(tmp_path)
    if what == "hidden check" and "pass" in new:
        edit(tmp_path, LAB_FILE, "points=4", "points=5")
        edit(tmp_path, COURSE_FILE, "points = 9", "points = 10")
    edit(tmp_path, file, old, new)
    with pytest.raises(AuthorError, match="students would receive") as caught:
        build_all(tmp_path)
    error = caught.value
    assert what in error.message
    # What is given from the key is pointed at in the lab, where its exercise cell stands.
    assert error.file == (LAB_FILE if file in (REFERENCE_FILE, COUNTER_FILE) else file)
    if at:
        assert error.line == line_of(tmp_path, file, at)
    assert "labs/course.toml" in error.remedy
    assert not (tmp_path / "release").exists()


def test_the_course_itself_has_no_leak(tmp_path: Path) -> None:
    assert build_all(write_course(tmp_path)).ok


@pytest.mark.parametrize(
    "harmless",
    [
        given("root = 3\nshifted = OFFSET"),
        given(
            "def helper(shifted):\n    root = math.sqrt(shifted)\n    print(root)\n    return root"
        ),
        given("def helper(total):\n    total += 1\n    return total"),
        text("The root of the shifted value is returned; the value is doubled: value + value."),
        check("def oracle(value):\n    return 2 * value"),
        (ANSWERS_FILE, "So that", "Why is the number shifted before its root is taken? So that"),
        (
            ANSWERS_FILE,
            "So that",
            "$$\\\\sqrt{x + 1} = \\\\sqrt{1 + x} \\\\text{ and so on, and so on}$$\n\nSo that",
        ),
    ],
)
def test_alike_but_no_leak(tmp_path: Path, harmless: tuple[str, str, str]) -> None:
    write_course(tmp_path)
    edit(tmp_path, *harmless)
    assert build_all(tmp_path).ok


def test_an_exception_with_a_reason_is_granted(tmp_path: Path) -> None:
    write_course(tmp_path)
    edit(tmp_path, *given("def shown(value):\n    return  value  +  value"))
    edit(
        tmp_path,
        COURSE_FILE,
        "",
        '\n[[labs.lab1_tiny.allowed]]\nstatement = "return value + value"\nreason = "shown on purpose"\n',
    )
    assert build_all(tmp_path).ok


def test_an_exception_excuses_no_other_statement(tmp_path: Path) -> None:
    write_course(tmp_path)
    edit(
        tmp_path,
        *given("def shown(value):\n    return value + value\nvalue = 3\nshifted = value + OFFSET"),
    )
    edit(
        tmp_path,
        COURSE_FILE,
        "",
        '\n[[labs.lab1_tiny.allowed]]\nstatement = "return value + value"\nreason = "shown on purpose"\n',
    )
    with pytest.raises(AuthorError, match="solution of shifted_root"):
        build_all(tmp_path)


def in_notebook(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def apply(release: Path) -> None:
        path = release / "lab1_tiny.ipynb"
        notebook = nbformat.read(path, as_version=4)
        change(notebook)
        path.write_text(json.dumps(notebook))

    return apply


def in_wheel(name: str, content: str) -> Callable[[Path], None]:
    def apply(release: Path) -> None:
        [path] = release.glob("*.whl")
        with zipfile.ZipFile(path, "a") as wheel:
            wheel.writestr(name, content)

    return apply


def in_manifest(release: Path) -> None:
    path = release / "manifest.json"
    content = json.loads(path.read_text())
    content["note"] = {"deep": ["return value + value"]}
    path.write_text(json.dumps(content))


def in_second_module(release: Path) -> None:
    in_wheel("stats220/extra1.py", "def f(value): return 3")(release)
    in_wheel("stats220/extra2.py", "def f(value): return value + value")(release)


def execute_first(notebook: Any) -> None:
    notebook.cells[2].execution_count = 3


ARTIFACTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "an output": (in_notebook(lambda nb: nb.cells[2].outputs.append(v4.new_output("stream", text="3"))), "has outputs"),
    "an execution count": (in_notebook(execute_first), "was executed"),
    "cell metadata": (in_notebook(lambda nb: nb.cells[4].metadata.update(note=["return value + value"])), "twice"),
    "a metadata key": (in_notebook(lambda nb: nb.cells[4].metadata.update({"return value + value": 1})), "twice"),
    "notebook metadata": (in_notebook(lambda nb: nb.metadata.update(note={"a": "return value + value"})), "twice"),
    "an attachment": (in_notebook(lambda nb: nb.cells[1].update(attachments={"a.txt": {"text/plain": "return value + value"}})), "twice"),
    "a new cell": (in_notebook(lambda nb: nb.cells.append(v4.new_code_cell("def f(value):\n  return value+value"))), "twice"),
    "the manifest": (in_manifest, "twice"),
    "the key in the wheel": (in_wheel("stats220/reference/tiny/roots.py", "x = 1"), "the student wheel holds"),
    "the staff's tools in the wheel": (in_wheel("stats220/staff/cli.py", "x = 1"), "the student wheel holds"),
    "a notebook in the wheel": (in_wheel("stats220/solution.ipynb", "{}"), "the student wheel holds"),
    "attempts in the wheel": (in_wheel("tests/attempts/a.py", "x = 1"), "the student wheel holds"),
    "an answer in the wheel": (in_wheel("stats220/extra.py", "def f(value): return value + value"), "twice"),
    "an answer in the wheel under another name": (in_wheel("stats220/data/weights.bin", "\0\1def f(value): return value + value"), "twice"),
    "an answer in a docstring of the wheel": (in_wheel("stats220/extra.py", 'def f():\n    """Do:\n    return value + value"""'), "twice"),
    "two modules of the wheel, the second with an answer": (in_second_module, "twice"),
    "metadata deep down": (in_notebook(lambda nb: nb.cells[4].metadata.update(a=[{"b": [{"c": ["", "return value + value"]}]}])), "twice"),
    "an answer in the wheel's metadata": (in_wheel("stats220-1.2.3.dist-info/NOTES", "return value + value"), "twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", ARTIFACTS)
def test_planted_in_a_built_release(tmp_path: Path, name: str) -> None:
    plant, says = ARTIFACTS[name]
    root = write_course(tmp_path)
    build_all(root)
    sources = read_sources(root, root / LAB_FILE, read_course(root).labs["lab1_tiny"])
    secrets = secrets_of(root, sources)
    check_leaks(places_of(root / "release", {}), "lab1_tiny", secrets, [])
    plant(root / "release")
    with pytest.raises(AuthorError, match=says) as caught:
        check_leaks(places_of(root / "release", {}), "lab1_tiny", secrets, [])
    assert caught.value.file.startswith(("release/", "stats220"))


def test_every_region_hidden_check_attempt_and_answer_is_a_secret(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    sources = read_sources(root, root / LAB_FILE, read_course(root).labs["lab1_tiny"])
    secrets = secrets_of(root, sources)
    assert {secret.what for secret in secrets} == {
        "the solution of shifted_root",
        "the solution of Counter",
        "the solution of twice",
        "a hidden check of shifted_root",
        "the attempt forgets",
        "the model answer to why_shift",
    }
    assert {secret.origin for secret in secrets if "twice" in secret.what} == {
        f"{COUNTER_FILE}:{line_of(root, COUNTER_FILE, 'return value + value')}"
    }


@pytest.mark.parametrize(
    ("typed", "squeezed"),
    [
        ("a  = 1", "a=1"),
        ("# a = 1\n#  b", "a=1b"),
        ("> f('x',\n> )", 'f("x")'),
        ("[1, 2,\n ]", "[1,2]"),
    ],
)
def test_squeeze(typed: str, squeezed: str) -> None:
    assert squeeze(typed) == squeezed
