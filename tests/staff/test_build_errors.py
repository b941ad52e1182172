"""Every mistake an author can make gets an error that names the file, the line and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny_course import (
    ANSWERS_FILE,
    CHECKS_FILE,
    COUNTER_FILE,
    COURSE_FILE,
    HIDDEN_FILE,
    LAB_FILE,
    REFERENCE_FILE,
    edit,
    line_of,
    write_course,
)

from stats220.errors import AuthorError
from stats220.staff.build import build_all

ROOT_CELL = (
    '# %% exercise="shifted_root" minutes=10\nfrom stats220.reference.tiny import shifted_root\n'
)
ROOT_TEST = '# %% test="shifted_root" points=4\ncheck.shifted_root(shifted_root)\n'


@dataclass(frozen=True)
class Mistake:
    """Edits (file, old, new) that make it, the file and text of the line that the error names, and what it says."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    file: str
    at: str  # text of the line, as line_of takes it; empty: the first line
    says: str
    remedy: str = ""


def mistake(
    name: str,
    file: str,
    old: str,
    new: str,
    says: str,
    *,
    at: str = "",
    remedy: str = "",
    in_file: str = "",
) -> Mistake:
    return Mistake(name, ((file, old, new),), in_file or file, at, says, remedy)


LAB_MISTAKES = [
    mistake("no title", LAB_FILE, "# Lab 1: Tiny\n", "Lab 1\n", "no title", remedy="# Title"),
    mistake("first cell is code", LAB_FILE, '# %% [markdown]\nr"""\n# Lab', '# %%\nr"""\n# Lab', "no title"),
    mistake("text before the first cell", LAB_FILE, "# %% [markdown]\nr", '"""A lab."""\n# %% [markdown]\nr', "jupytext sees"),
    mistake("syntax error", LAB_FILE, "OFFSET = 1.0", "OFFSET = = 1.0", "not Python", at="OFFSET = ="),
    mistake("a bare magic", LAB_FILE, "# %matplotlib", "%matplotlib", "not Python", at="%matplotlib", remedy="comments"),
    mistake("damaged header", LAB_FILE, "# %% [markdown]\nr", "# ---\n# jupyter:\n#   kernelspec:\n#     name: a\n# ---\n# %% [markdown]\nr", "header"),
    mistake("unknown option", LAB_FILE, "minutes=10", "minutes=10 colour=3", "unknown option 'colour'", at="colour"),
    mistake("unknown word", LAB_FILE, "# %%\nimport math", "# %% imports\nimport math", "unknown cell option", at="# %% imports"),
    mistake("bad minutes", LAB_FILE, "minutes=10", "minutes=-1", "bad value for the option minutes", at="minutes=-1"),
    mistake("minutes that are text", LAB_FILE, "minutes=10", 'minutes="ten"', "bad value", at='"ten"'),
    mistake("points of 0", LAB_FILE, "points=4", "points=0", "bad value", at="points=0"),
    mistake("fractional points", LAB_FILE, "points=4", "points=3.5", "bad value", at="points=3.5"),
    mistake("points that are true", LAB_FILE, "points=4", "points=true", "bad value", at="points=true"),
    mistake("an unquoted name", LAB_FILE, 'exercise="twice"', "exercise=twice", "options cannot be read", at="exercise=twice"),
    mistake("an impossible name", LAB_FILE, 'question="why_shift"', 'question="why shift?"', "bad value", at="why shift?"),
    mistake("a test without points", LAB_FILE, " points=4", "", "without points", at='test="shifted_root"'),
    mistake("a question without points", LAB_FILE, " points=2", "", "without points", at="question="),
    mistake("an exercise without minutes", LAB_FILE, " minutes=10", "", "without minutes", at='exercise="shifted_root"'),
    mistake("a question without minutes", LAB_FILE, " minutes=8", "", "a question cell without minutes", at="question="),
    mistake("two roles", LAB_FILE, 'test="twice"', 'test="twice" exercise="twice"', "cannot be", at='test="twice" ex'),
    mistake("a question in code", LAB_FILE, '# %% [markdown] question="why_shift" points=2 minutes=8\nr"""Why', '# %% question="why_shift" points=2 minutes=8\nr"""Why', "cannot be code", at="question="),
    mistake("a raw cell", LAB_FILE, "# %% [markdown]\n# ## Problem", "# %% [raw]\n# ## Problem", "cannot be raw", at="[raw]"),
    mistake("an output left in", LAB_FILE, "OFFSET = 1.0\n", "OFFSET = 1.0\n# Out[3]: 1.0\n", "output", at="# Out[3]"),
    mistake("an executed cell's number", LAB_FILE, "# %%\nimport math", "# In[1]:\nimport math", "executed cell", at="# In[1]"),
    mistake("a marker inside a statement", LAB_FILE, "OFFSET = 1.0", "OFFSET = (\n# %%\n1.0)", "goes on into the next cell", at="OFFSET = ("),
    mistake("not UTF-8", LAB_FILE, "Roots and", "Roots \udcff", "UTF-8", at="counters"),
]  # fmt: skip

EXERCISE_MISTAKES = [
    mistake("unknown exercise", LAB_FILE, ROOT_CELL, ROOT_CELL.replace("shifted_root", "cube_root"), "unknown exercise 'cube_root'", at='"cube_root"', remedy="shifted_root"),
    mistake("an exercise not exported", "stats220/reference/tiny/__init__.py", "import Counter, twice", "import Counter", "does not export 'twice'", at='exercise="twice"', in_file=LAB_FILE),
    mistake("an exercise defined twice", REFERENCE_FILE, "", "\n\ndef twice(value: float) -> float:\n    pass\n", "defined twice", at="def twice"),
    mistake("a cell that holds more", LAB_FILE, ROOT_CELL, ROOT_CELL + "import os\n", "something else than its import", at='exercise="shifted_root"'),
    mistake("an import under another name", LAB_FILE, "import shifted_root\n", "import shifted_root as r\n", "something else", at='exercise="shifted_root"'),
    mistake("duplicate exercise", LAB_FILE, ROOT_TEST, ROOT_TEST + "\n" + ROOT_CELL, "a second exercise 'shifted_root'", at='test="shifted_root" >> exercise="shifted_root"', remedy="delete or rename"),
    mistake("duplicate test", LAB_FILE, ROOT_TEST, ROOT_TEST + "\n# %% test=\"shifted_root\" points=5\ncheck.shifted_root(shifted_root)\n", "a second test", at="points=5"),
    mistake("duplicate question", LAB_FILE, "# %% explore", '# %% [markdown] question="why_shift" points=3 minutes=8\n# Why?\n\n# %% explore', "a second question", at="points=2 >> points=3"),
    mistake("a question named like an exercise", LAB_FILE, 'question="why_shift"', 'question="Counter"', "a second question 'Counter'", at='question="Counter"'),
    mistake("a reserved name", LAB_FILE, 'question="why_shift"', 'question="test_twice"', "reserved", at="test_twice"),
    mistake("a test with more than its call", LAB_FILE, ROOT_TEST, ROOT_TEST + "check.twice(twice)\n", "not its one call", at='test="shifted_root"'),
    mistake("a test of something else", LAB_FILE, "check.shifted_root(shifted_root)", "check.shifted_root(math.sqrt)", "not its one call", at='test="shifted_root"'),
    mistake("a test of no exercise", LAB_FILE, 'test="twice"', 'test="thrice"', "no exercise of this lab", at='"thrice"'),
    mistake("an exercise without a test", LAB_FILE, '# %% test="twice" points=1\ncheck.twice(twice)\n', "", "has no test", at='exercise="twice"'),
    mistake("a test before its exercise", LAB_FILE, ROOT_CELL + "\n" + ROOT_TEST, ROOT_TEST + "\n" + ROOT_CELL, "comes before its exercise", at='test="shifted_root"'),
    mistake("checks of another lab", LAB_FILE, "import tiny as check", "import Checks as check", "not the lab's checks", at='test="shifted_root"'),
    mistake("too many minutes", LAB_FILE, "minutes=15", "minutes=155", "take 165 minutes", at='exercise="Counter"'),
    mistake("no model answer", ANSWERS_FILE, "## why_shift", "## why_not", "no model answer", at="question=", in_file=LAB_FILE),
    mistake("an answer to no question", ANSWERS_FILE, "", "\n## how_deep\n\nVery.\n", "no question of the lab", at="## how_deep"),
    mistake("two answers", ANSWERS_FILE, "", "\n## why_shift\n\nVery.\n", "two model answers", at="So that >> ## why_shift"),
    mistake("an empty answer", ANSWERS_FILE, "# Model answers", "## how_deep", "empty model answer", at="## how_deep"),
    mistake("an empty question", LAB_FILE, 'r"""Why is the number shifted before its root is taken?"""', "", "asks nothing", at="question="),
]  # fmt: skip

KEY_MISTAKES = [
    mistake("no docstring", COUNTER_FILE, '    """Double a number."""\n', "", "twice has no docstring", at="def twice"),
    mistake("a method without docstring", COUNTER_FILE, '        """Add a step, and return the total."""\n', "", "Counter.count has no docstring", at="def count"),
    mistake("syntax error in the key", REFERENCE_FILE, "root = math", "root == = math", "not Python", at="root == ="),
    mistake("an unclosed region", COUNTER_FILE, "    return value + value\n    # END SOLUTION\n", "    return value + value\n", "not closed", at="def twice >> # BEGIN SOLUTION"),
    mistake("an END without BEGIN", COUNTER_FILE, "    # BEGIN SOLUTION\n    return value", "    return value", "without # BEGIN", at="def twice >> # END SOLUTION"),
    mistake("a nested region", COUNTER_FILE, "    return value + value\n", "    value += 0\n    # BEGIN SOLUTION\n    return value + value\n", "within a solution region", at="value += 0 >> # BEGIN SOLUTION"),
    mistake("an empty region", COUNTER_FILE, "    return value + value\n", "    # nothing\n", "without a statement", at="def twice >> # BEGIN SOLUTION"),
    mistake("a misspelt marker", COUNTER_FILE, "    # BEGIN SOLUTION\n    return value", "    ### Begin solution\n    return value", "misspelt", at="### Begin"),
    mistake("a marker beside code", COUNTER_FILE, "    # BEGIN SOLUTION\n    return value + value", "    return value + value  # BEGIN SOLUTION", "misspelt", at="return value + value  # BEGIN"),
    mistake("a region that cuts a statement", REFERENCE_FILE, "    root = math.sqrt(shifted)\n    return root\n    # END SOLUTION\n", "    root = math.sqrt(\n    # END SOLUTION\n    shifted)\n    return root\n", "cuts a statement", at="shifted = >> # BEGIN SOLUTION"),
    mistake("a region around an else", COUNTER_FILE, "    # BEGIN SOLUTION\n    return value + value\n    # END SOLUTION\n", "    if value:\n        pass\n    # BEGIN SOLUTION\n    else:\n        return 0\n    # END SOLUTION\n", "cuts a statement", at="def twice >> # BEGIN SOLUTION"),
    mistake("a region outside of functions", COUNTER_FILE, "", "\n\n# BEGIN SOLUTION\nSIZE = 3\n# END SOLUTION\n", "outside of any function", at="return value + value >> # BEGIN SOLUTION"),
    mistake("a whole method as a region", COUNTER_FILE, "    def count", "    # BEGIN SOLUTION\n    def more(self) -> int:\n        return 1\n    # END SOLUTION\n    def count", "body of a class", at="self.total = 0 >> # BEGIN SOLUTION"),
    mistake("no region", COUNTER_FILE, "    # BEGIN SOLUTION\n    return value + value\n    # END SOLUTION\n", "    return value + value\n", "no solution region", at="def twice"),
    mistake("signature drift: the region holds the docstring", COUNTER_FILE, '    """Double a number."""\n    # BEGIN SOLUTION\n', '    # BEGIN SOLUTION\n    """Double a number."""\n', "lost a signature or docstring", at="def twice >> # BEGIN SOLUTION"),
    mistake("an exercise that calls another", COUNTER_FILE, "return value + value", "return Counter(value).count() + value", "calls another, Counter", at="return Counter(value)"),
    Mistake("an exercise that calls another of another file", ((COUNTER_FILE, "class Counter", "from .roots import shifted_root as root\n\n\nclass Counter"), (COUNTER_FILE, "return value + value", "return root(value) + value")), COUNTER_FILE, "return root(value)", "calls another, shifted_root through 'root'"),
    Mistake("an exercise that calls another through given code", ((COUNTER_FILE, "class Counter", "def helper(value):\n    return shifted_root(value)\n\n\nclass Counter"), (COUNTER_FILE, "return value + value", "return helper(value) + value"), (LAB_FILE, '# %% exercise="twice"', '# %%\ndef helper(value):\n    return shifted_root(value)\n\n# %% exercise="twice"')), COUNTER_FILE, "return helper(value) +", "calls another, shifted_root through 'helper'"),
    Mistake("an exercise that needs a cell that another stops", ((COUNTER_FILE, "class Counter", "WIDTH = 3\n\n\nclass Counter"), (COUNTER_FILE, "return value + value", "return WIDTH + value"), (LAB_FILE, '# %% exercise="twice"', '# %%\nprint(shifted_root(3))\nWIDTH = 3\n\n# %% exercise="twice"')), COUNTER_FILE, "return WIDTH +", "calls another, shifted_root through 'WIDTH'"),
    mistake("a name that no cell defines", LAB_FILE, "import math\n", "", "uses 'math', which no earlier cell defines", at='exercise="shifted_root"', remedy="import math"),
    Mistake("a name that only an explore cell defines", ((LAB_FILE, "OFFSET = 1.0\n", "\n# %% explore\nOFFSET = 1.0\n"),), LAB_FILE, 'exercise="shifted_root"', "explore cell does"),
    mistake("a constant of another value", LAB_FILE, "OFFSET = 1.0", "OFFSET = 2.0", "one thing in this lab and another", at="OFFSET = 2.0"),
    mistake("another module of that name", LAB_FILE, "import math", "import cmath as math", "one thing in this lab and another", at="import cmath", remedy="import math"),
    mistake("a name given another meaning before the test", LAB_FILE, ROOT_TEST, "# %% explore\nOFFSET = 7\n\n" + ROOT_TEST, "one thing in this lab", at="OFFSET = 7"),
    mistake("a name that the key does not define", REFERENCE_FILE, "import math\n", "", "which nothing in its file defines", at="math.sqrt"),
    mistake("an exercise that imports from the key", REFERENCE_FILE, "    if shifted", "    from stats220.reference.tiny import counter\n    if shifted", "students do not have", at="import counter"),
    mistake("a given name before its definition", LAB_FILE, "OFFSET = 1.0", "OFFSET = 1.0\nprint(later)", "'later' is used before", at="print(later)"),
    mistake("a given cell that needs an explore cell", LAB_FILE, "print(roots)\n", "print(roots)\n\n# %%\nprint(roots[0])\n", "only an explore cell does", at="print(roots[0])"),
    mistake("a cell that rebinds an exercise", LAB_FILE, "roots = [", "shifted_root = math.sqrt\nroots = [", "the name of an exercise", at="shifted_root = math"),
    mistake("a given import from the key", LAB_FILE, "import math\n", "import math\nfrom stats220.reference.tiny import hidden\n", "students do not have", at="import hidden"),
    mistake("a given import from the staff's tools", LAB_FILE, "import math\n", "import math\nimport stats220.staff\n", "students do not have", at="import stats220.staff"),
    mistake("an import of nothing", LAB_FILE, "import math\n", "import math\nfrom stats220.data.tiny import load\n", "there is no stats220.data.tiny.load", at="import load"),
    mistake("an import of no name", LAB_FILE, "import math\n", "import math\nfrom stats220.checks import Cheque\n", "there is no stats220.checks.Cheque", at="Cheque"),
    mistake("a star import", LAB_FILE, "import math\n", "import math\nfrom os.path import *\n", "star import", at="import *"),
    mistake("a student module that imports the key", CHECKS_FILE, "from typing", "from stats220.reference import tiny\nfrom typing", "students do not have", at="import tiny"),
    mistake("a student module that imports the key in a function", CHECKS_FILE, "    checks = Checks(\"twice\")", "    from ...staff import build\n    checks = Checks(\"twice\")", "students do not have", at="import build"),
]  # fmt: skip

POINTS_MISTAKES = [
    mistake("points that do not add up", LAB_FILE, "points=4", "points=5", "worth 3 + 1 hidden", at="points=5", remedy="points=4"),
    mistake("a total that course.toml does not say", COURSE_FILE, "points = 9", "points = 10", "add up to 9, course.toml says 10", in_file=LAB_FILE, remedy="shifted_root 4"),
    mistake("no check", CHECKS_FILE, "def twice(", "def thrice_(", "records under another name", at="Checks(\"twice\")"),
    mistake("a check that is not there", CHECKS_FILE, '@checked\ndef twice', "def twice", "there is no check of twice", at='test="twice"', in_file=LAB_FILE),
    mistake("a check's other parameter", CHECKS_FILE, "def twice(twice: Any)", "def twice(function: Any)", "takes function", at="def twice"),
    mistake("a check with two parameters", CHECKS_FILE, "def twice(twice: Any)", "def twice(twice: Any, size: int = 3)", "takes twice, size", at="def twice"),
    mistake("a hidden check's other parameter", HIDDEN_FILE, "(shifted_root: Any)", "(f: Any)", "takes f", at="def shifted_root"),
    mistake("a check without blocks", CHECKS_FILE, '    with checks(1, "doubles 3", hint="3 + 3"):\n        checks.equal(twice(3), 6)\n', "", "has no points", at="def twice"),
    mistake("a check that records twice", CHECKS_FILE, '    checks = Checks("twice")\n', '    checks = Checks("twice")\n    more = Checks("twice")\n', "makes 2 Checks", at="def twice"),
    mistake("points that are not written out", CHECKS_FILE, 'checks(1, "doubles 3"', 'checks(len("a"), "doubles 3"', "no whole number", at="len("),
    mistake("a block without points", CHECKS_FILE, 'checks(1, "doubles 3", hint="3 + 3")', "checks()", "without points", at="checks()"),
    mistake("a block worth nothing", CHECKS_FILE, 'checks(1, "doubles 3"', 'checks(0, "doubles 3"', "worth nothing", at="checks(0"),
    mistake("a block in a loop", CHECKS_FILE, '    with checks(1, "doubles 3", hint="3 + 3"):\n        checks.equal(twice(3), 6)\n', '    for _ in "ab":\n        with checks(1, "doubles 3"):\n            pass\n', "cannot be added up", at="doubles 3"),
    mistake("a block that needs an unknown one", CHECKS_FILE, 'hint="3 + 3"', 'hint="3 + 3", needs="doubles 4"', "needs 'doubles 4'", at="doubles 4"),
    mistake("a block that needs itself", CHECKS_FILE, 'hint="3 + 3"', 'hint="3 + 3", needs="doubles 3"', "name of no block before it", at="doubles 3"),
    mistake("a block that needs what is no text", CHECKS_FILE, 'hint="3 + 3"', 'hint="3 + 3", needs=str(3)', "needs str(3)", at="str(3)"),
    mistake("two blocks of one name", CHECKS_FILE, '    with checks(1, "doubles 3"', '    with checks(1, "doubles 3"):\n        pass\n    with checks(1, "doubles 3"', "two blocks are called 'doubles 3'", at='hint="3 + 3"'),
    mistake("a check that its folder does not export", "stats220/checks/tiny/__init__.py", "Counter, shifted_root, twice", "Counter, twice", "does not export the check shifted_root", in_file=CHECKS_FILE, at="def shifted_root"),
    mistake("hidden points that are not those", CHECKS_FILE, "hidden_points=1", "hidden_points=2", "hidden checks are worth 1", at="def shifted_root"),
    mistake("hidden points that are not promised", CHECKS_FILE, ", hidden_points=1", "", "hidden checks are worth 1", at="def shifted_root"),
    mistake("a hidden check that is missing", HIDDEN_FILE, "def shifted_root", "def _other", "records under another", at="Checks("),
    mistake("a hidden check that is not there", HIDDEN_FILE, "@checked", "", "has no hidden check", at="def shifted_root", in_file=CHECKS_FILE),
    mistake("a hidden check that is not marked", HIDDEN_FILE, ", hidden=True", "", "not marked as hidden", at="Checks(\"shifted"),
    mistake("a visible check that is marked", CHECKS_FILE, 'Checks("twice")', 'Checks("twice", hidden=True)', "marked as hidden", at="hidden=True"),
    mistake("syntax error in a check", CHECKS_FILE, "def twice(", "def twice((", "not Python", at="def twice(("),
]  # fmt: skip

COURSE_MISTAKES = [
    mistake("bad TOML", COURSE_FILE, 'name = "Tiny course"', "name = Tiny", "not TOML", at="name = Tiny"),
    mistake("TOML cut off", COURSE_FILE, "points = 9", 'points = "', "not TOML", at='points = "'),
    mistake("a date that is none", COURSE_FILE, "points = 9", 'points = 9\ndue = "Friday"', "due is not of type date", at="due ="),
    mistake("dates in another order", COURSE_FILE, "points = 9", "points = 9\nout = 2026-03-02\ndue = 2026-03-01", "in another order", at="[labs.lab1_tiny]", remedy="out come before due"),
    mistake("no name of a repository", COURSE_FILE, 'term = "Spring"', 'repository = "https://github.com/a/b"', "is no repository", at="repository"),
    mistake("an unknown key", COURSE_FILE, "points = 9", "points = 9\ndew = 3", "unknown key 'dew'", at="dew = 3"),
    mistake("a missing key", COURSE_FILE, 'title = "Lab 1: Tiny"\n', "", "lacks 'title'", at="[labs.lab1_tiny]"),
    mistake("no course table", COURSE_FILE, '[course]\nname = "Tiny course"\nterm = "Spring"\n', "", "lacks 'course'"),
    mistake("points that are text", COURSE_FILE, "points = 9", 'points = "9"', "not of type int", at='points = "9"'),
    mistake("a course without points", COURSE_FILE, "points = 9", "points = 0", "has no points", at="[labs.lab1_tiny]"),
    mistake("a lab that is no table", COURSE_FILE, "[labs.lab1_tiny]\n", "[labs]\nlab2_small = 3\n[labs.lab1_tiny]\n", "no table", at="lab2_small"),
    mistake("a bad wheel address", COURSE_FILE, 'term = "Spring"', 'wheel_url = "drive/stats220"', "no address of a wheel", at="wheel_url"),
    mistake("a lab that is not listed", "labs/lab2_small.py", "", "# %%\n", "does not list the lab 'lab2_small'", remedy="[labs.lab2_small]"),
    mistake("a listed lab that is not there", COURSE_FILE, "", '\n[labs.lab2_small]\ntitle = "Small"\npoints = 3\n', "no labs/lab2_small.py", at="[labs.lab2_small]"),
    mistake("two labs with one module", "labs/lab7_tiny.py", "", "# %%\n", "two labs have one name"),
    mistake("two labs with one name but for capitals", "labs/lab1_TINY.py", "", "# %%\n", "two labs have one name", in_file=LAB_FILE),
    mistake("a lab with no name", "labs/draft.py", "", "# %%\n", "no name for a lab"),
    mistake("a notebook among the labs", "labs/lab1_tiny.ipynb", "", "{}", "outputs and all"),
    mistake("an exception without a reason", COURSE_FILE, "", '\n[[labs.lab1_tiny.allowed]]\nstatement = "x = 1"\nreason = ""\n', "needs a Python statement and a reason", at="x = 1"),
    mistake("an exception that is no Python", COURSE_FILE, "", '\n[[labs.lab1_tiny.allowed]]\nstatement = "x = = 1"\nreason = "fun"\n', "needs a Python statement", at="x = = 1"),
    mistake("an exception that excuses nothing", COURSE_FILE, "", '\n[[labs.lab1_tiny.allowed]]\nstatement = "x = 1"\nreason = "fun"\n', "excuses nothing", at="x = 1"),
    mistake("no version", "stats220/__init__.py", '__version__ = "1.2.3"', "", "no version"),
    mistake("an unreadable pyproject", "pyproject.toml", "[project]\n", "[project\n", "cannot be read"),
    mistake("a strange file in the release", "release/notes.txt", "", "hello", "did not write this"),
]  # fmt: skip

MISTAKES = LAB_MISTAKES + EXERCISE_MISTAKES + KEY_MISTAKES + POINTS_MISTAKES + COURSE_MISTAKES


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake_is_named_with_place_and_remedy(tmp_path: Path, mistake: Mistake) -> None:
    write_course(tmp_path)
    for file, old, new in mistake.edits:
        if "\udcff" in new:
            path = tmp_path / file
            path.write_bytes(path.read_bytes().replace(old.encode(), b"Roots \xff"))
        else:
            edit(tmp_path, file, old, new)
    with pytest.raises(AuthorError) as caught:
        build_all(tmp_path)
    error = caught.value
    assert mistake.says in error.message
    assert error.file == mistake.file
    assert mistake.remedy in error.remedy
    assert len(error.remedy) > 4
    if "\udcff" not in mistake.edits[0][2]:
        assert error.line == (line_of(tmp_path, mistake.file, mistake.at) if mistake.at else 1)
    assert not list(tmp_path.glob("release/*.ipynb"))


def test_there_are_many_kinds() -> None:
    assert len({mistake.says for mistake in MISTAKES}) >= 60
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize(
    "file",
    [
        COURSE_FILE,
        "stats220/checks/tiny/__init__.py",
        "stats220/reference/tiny/__init__.py",
        "LICENSE",
    ],
)
def test_missing_file(tmp_path: Path, file: str) -> None:
    write_course(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(AuthorError, match="there is no"):
        build_all(tmp_path)


def test_unknown_lab(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="there is no lab 'lab9_none'") as caught:
        build_all(write_course(tmp_path), ["lab9_none"])
    assert "lab1_tiny" in caught.value.remedy


def test_misspelled_lab_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"'lab1_tinny' \(did you mean 'lab1_tiny'\?\)"):
        build_all(write_course(tmp_path), ["lab1_tinny"])


@pytest.mark.parametrize("file", [CHECKS_FILE, REFERENCE_FILE])
def test_a_syntax_error_outside_of_a_lab_speaks_of_no_magics(tmp_path: Path, file: str) -> None:
    write_course(tmp_path)
    with (tmp_path / file).open("a", encoding="utf-8") as source:
        source.write("x = = 1\n")
    with pytest.raises(AuthorError, match="not Python") as caught:
        build_all(tmp_path)
    assert "magics" not in caught.value.remedy


def test_too_many_exercises(tmp_path: Path) -> None:
    write_course(tmp_path)
    for number in range(8):
        name = f"extra{number}"
        edit(
            tmp_path,
            COUNTER_FILE,
            "",
            f'\n\ndef {name}() -> int:\n    """Extra."""\n    # BEGIN SOLUTION\n    return {number}\n    # END SOLUTION\n',
        )
        edit(tmp_path, "stats220/reference/tiny/__init__.py", "", f"from .counter import {name}\n")
        edit(tmp_path, "stats220/checks/tiny/__init__.py", "", f"from .roots import {name}\n")
        edit(
            tmp_path,
            CHECKS_FILE,
            "",
            f'\n\n@checked\ndef {name}({name}: Any) -> Checks:\n    checks = Checks("{name}")\n    with checks(1, "runs"):\n        {name}()\n    return checks\n',
        )
        edit(tmp_path, LAB_FILE, "", f'\n# %% exercise="{name}" minutes=1\nfrom stats220.reference.tiny import {name}\n\n# %% test="{name}" points=1\ncheck.{name}({name})\n')  # fmt: skip
    with pytest.raises(
        AuthorError, match="'extra7' is one of 10 core exercises; a lab has"
    ) as caught:
        build_all(tmp_path)
    assert caught.value.line == line_of(tmp_path, LAB_FILE, 'exercise="extra7"')


def test_message_shows_place_excerpt_and_remedy(tmp_path: Path) -> None:
    write_course(tmp_path)
    edit(tmp_path, LAB_FILE, "points=4", "points=5")
    with pytest.raises(AuthorError) as caught:
        build_all(tmp_path)
    line = line_of(tmp_path, LAB_FILE, "points=5")
    assert str(caught.value).splitlines() == [
        f"labs/lab1_tiny.py:{line}: points=5, but the checks of shifted_root are worth 3 + 1 hidden",
        '    | # %% test="shifted_root" points=5',
        "    | check.shifted_root(shifted_root)",
        '    | # %% exercise="Counter" minutes=15',
        "    | from stats220.reference.tiny import Counter",
        "    -> write points=4, or mend the checks",
    ]
