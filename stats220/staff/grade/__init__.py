"""Grading a class: collect, mend, run in a sandbox, record."""
