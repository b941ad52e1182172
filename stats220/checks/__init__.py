"""Checks that students run in their notebook and graders run on their code, through the same line.

A check function takes the student's object, decorated with `checked`, and records what it finds in a `Checks`.
"""

from stats220.checks.kernel import explain_missing_names
from stats220.checks.notebook import checked
from stats220.checks.recorder import CheckResult, Checks

__all__ = ["CheckResult", "Checks", "checked"]

explain_missing_names()  # a check cell may be the first that a student runs after a restart
