"""Imported once, by the process that workers are forked from: what they then have without importing it."""

import contextlib
import gc
import importlib
import os

from stats220.staff.grade.workforce import MODULES

for name in os.environ.get(MODULES, "").split():
    # The worker imports it too, and says what is wrong with it.
    with contextlib.suppress(Exception):
        importlib.import_module(name)
gc.collect()
gc.freeze()  # the collector would otherwise write to, and so copy, every page that workers share
