"""``python -m stats220`` is ``stats220``; a student's install has a few of its commands."""

import importlib
import importlib.util

# By name, for the student wheel holds this file and no staff.
IS_STAFF = all(importlib.util.find_spec(name) for name in ("stats220.staff", "typer"))
importlib.import_module("stats220.staff.cli" if IS_STAFF else "stats220.student.command").main()
