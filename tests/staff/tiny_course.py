"""A whole course in a folder, with one small lab: what the builder's tests build, spoil and plant leaks in."""

from __future__ import annotations

import shutil
from pathlib import Path

LAB = '''\
# %% [markdown]
r"""
# Lab 1: Tiny

Roots and counters.
"""

# %%
import math

from stats220.checks import tiny as check

OFFSET = 1.0

# %% [markdown]
# ## Problem 1a: a shifted root

# %% exercise="shifted_root" minutes=10
from stats220.reference.tiny import shifted_root

# %% test="shifted_root" points=4
check.shifted_root(shifted_root)

# %% exercise="Counter" minutes=15
from stats220.reference.tiny import Counter

# %% test="Counter" points=3
check.Counter(Counter)

# %% [markdown] question="why_shift" points=2 minutes=8
r"""Why is the number shifted before its root is taken?"""

# %% exercise="twice" minutes=5 bonus=true
from stats220.reference.tiny import twice

# %% test="twice" points=1
check.twice(twice)

# %% explore minutes_cpu=0.1
# %matplotlib inline
roots = [shifted_root(value) for value in range(5)]
print(roots)
'''

REFERENCE = '''\
"""Roots."""

import math

OFFSET = 1.0


def shifted_root(value: float) -> float:
    """Square root of a number and OFFSET together.

    Raises ValueError where there is none.
    """
    # Add the offset.
    # BEGIN SOLUTION
    shifted = value + OFFSET
    # END SOLUTION

    # Refuse what has no root, and take it.
    # BEGIN SOLUTION
    if shifted < 0:
        raise ValueError(f"{value} is below -{OFFSET}")
    root = math.sqrt(shifted)
    return root
    # END SOLUTION
'''

COUNTER = '''\
"""A counter, and doubling."""


class Counter:
    """Counts in steps."""

    def __init__(self, step: int = 1) -> None:
        self.step = step
        # BEGIN SOLUTION
        self.total = 0
        # END SOLUTION

    def count(self) -> int:
        """Add a step, and return the total."""
        # BEGIN SOLUTION
        self.total += self.step  # the secret comment
        return self.total
        # END SOLUTION


def twice(value: float) -> float:
    """Double a number."""
    # BEGIN SOLUTION
    return value + value
    # END SOLUTION
'''

CHECKS = '''\
"""Checks of the tiny lab."""

from __future__ import annotations

from typing import Any

from stats220.checks import Checks, checked


@checked
def shifted_root(shifted_root: Any) -> Checks:
    """Roots that are known."""
    checks = Checks("shifted_root", hidden_points=1)
    with checks(2, "takes the root of 8 + 1", hint="Add the offset first."):
        checks.close(shifted_root(8.0), 3.0, atol=1e-6)
    with checks(1, "refuses -2", hint="-2 + 1 has no root."):
        checks.raises(ValueError, shifted_root, -2.0)
    return checks


@checked
def Counter(Counter: Any) -> Checks:
    """Counts in ones."""
    checks = Checks("Counter")
    with checks(3, "counts to 2", hint="Add the step each time."):
        counter = Counter()
        counter.count()
        checks.equal(counter.count(), 2)
    return checks


@checked
def twice(twice: Any) -> Checks:
    """Doubles 3."""
    checks = Checks("twice")
    with checks(1, "doubles 3", hint="3 + 3"):
        checks.equal(twice(3), 6)
    return checks
'''

HIDDEN = '''\
"""Hidden checks of the tiny lab."""

from __future__ import annotations

from typing import Any

from stats220.checks import Checks, checked


@checked
def shifted_root(shifted_root: Any) -> Checks:
    """A root that students do not see."""
    checks = Checks("shifted_root", hidden=True)
    with checks(1, "takes the root of a quarter", hint="0.5 squared is 0.25."):
        expected = 0.5
        checks.close(shifted_root(-0.75), expected, atol=1e-6)
    return checks
'''

ANSWERS = """\
# Model answers

## why_shift

So that numbers a little below zero have a root as well, down to minus the offset.
"""

COURSE = """\
[course]
name = "Tiny course"
term = "Spring"

[labs.lab1_tiny]
title = "Lab 1: Tiny"
points = 9
"""

ATTEMPT = """\
# exercise: shifted_root
# says: forgets to add the offset before it takes the root, a slip
# points: less
def shifted_root(value):
    if value < -1:
        raise ValueError("no root")
    return value**0.5
"""

PROJECT = """\
[project]
name = "stats220"
dynamic = ["version"]
description = "A tiny course"
license = "MIT"
license-files = ["LICENSE"]
requires-python = ">=3.11"
dependencies = ["numpy>=1.26", "extra[a]>=1; python_version < '4'"]

[project.optional-dependencies]
staff = ["nbgrader>=0.9"]

[project.scripts]
stats220 = "stats220.staff.cli:main"
"""

INIT = '''\
"""Tiny."""

__version__ = "1.2.3"


def begin(lab: str, build: str) -> None:
    print("stats220", __version__, "begins", lab)
'''

FILES = {
    "labs/lab1_tiny.py": LAB,
    "labs/course.toml": COURSE,
    "stats220/__init__.py": INIT,
    "stats220/checks/__init__.py": "class Checks: ...\n\n\ndef checked(check): return check\n",
    "stats220/checks/tiny/__init__.py": "from stats220.checks.tiny.roots import Counter, shifted_root, twice\n",
    "stats220/checks/tiny/roots.py": CHECKS,
    "stats220/reference/__init__.py": "",
    "stats220/reference/tiny/__init__.py": "from .counter import Counter, twice\nfrom .roots import shifted_root\n",
    "stats220/reference/tiny/roots.py": REFERENCE,
    "stats220/reference/tiny/counter.py": COUNTER,
    "stats220/reference/tiny/hidden/__init__.py": "from .roots import shifted_root\n",
    "stats220/reference/tiny/hidden/roots.py": HIDDEN,
    "stats220/reference/tiny/answers.md": ANSWERS,
    "stats220/staff/__init__.py": "",
    "tests/attempts/lab1_tiny/forgets.py": ATTEMPT,
    "pyproject.toml": PROJECT,
    "LICENSE": "MIT\n",
}
LAB_FILE = "labs/lab1_tiny.py"
REFERENCE_FILE = "stats220/reference/tiny/roots.py"
COUNTER_FILE = "stats220/reference/tiny/counter.py"
CHECKS_FILE = "stats220/checks/tiny/roots.py"
HIDDEN_FILE = "stats220/reference/tiny/hidden/roots.py"
ANSWERS_FILE = "stats220/reference/tiny/answers.md"
COURSE_FILE = "labs/course.toml"


def write_course(root: Path) -> Path:
    """Write the course below `root`."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def use_real_checks(root: Path, package: Path) -> None:
    """Give the course the project's own recorder and errors, so that its notebooks run."""
    for name in ("errors.py", "kernels.py", "arrays.py", "verdicts.py"):
        shutil.copyfile(package / name, root / "stats220" / name)
    ignored = shutil.ignore_patterns("__pycache__", "pose", "calcium")
    for room in ("checks", "line"):
        shutil.copytree(
            package / room, root / "stats220" / room, ignore=ignored, dirs_exist_ok=True
        )


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Replace the first occurrence of some text of a file; an empty `old` appends, or writes a new file."""
    path = root / name
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if not old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + new, encoding="utf-8")
        return
    if old not in text:
        raise ValueError(f"{name} has no {old!r}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(root: Path, name: str, text: str) -> int:
    """The line of a file that holds some text; with "a >> b", the first line from that of a on that holds b."""
    lines = (root / name).read_text(encoding="utf-8").splitlines()
    start = 0
    for part in text.split(" >> "):
        start = next(number for number in range(start, len(lines)) if part in lines[number])
    return start + 1
