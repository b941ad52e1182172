"""What a figure waits for: one line in place of a traceback where an exercise that it needs is not written yet."""

from __future__ import annotations

import dis
import itertools
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any


def ready(exercises: Mapping[str, Any]) -> bool:
    """Whether the exercises that a figure needs have been written; where not, print one line that names the first that is missing.

    Parameters
    ----------
    exercises : mapping from the problem's name to its function or class
        For example ``{"Problem 1b": local_correlation}``.

    Returns
    -------
    bool
        True where none has a hole left: a line ``name = ...`` or a ``raise NotImplementedError``.
    """
    for problem, exercise in exercises.items():
        if not is_written(exercise):
            name = getattr(exercise, "__name__", "")
            print(f"This figure needs {problem}, {name}: it is waiting for you.")  # noqa: T201
            return False
    return True


def is_written(exercise: Any) -> bool:
    """Whether a function or class has no hole left; prints nothing, for what can go on without it."""
    return not any(_has_hole(code) for code in _code_of(exercise))


def _code_of(exercise: Any) -> Iterator[CodeType]:
    """The code of a function or of a class's methods, with what is defined inside."""
    members = vars(exercise).values() if isinstance(exercise, type) else (exercise,)
    stack = [
        function.__code__
        for function in (getattr(member, "__func__", member) for member in members)
        if isinstance(function, FunctionType)
    ]
    while stack:
        code = stack.pop()
        yield code
        stack += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _has_hole(code: CodeType) -> bool:
    """Whether something is set to ``...``, or a stub's exception is still there."""
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("CACHE", "NOP")]
    return "NotImplementedError" in code.co_names or any(
        step.argval is Ellipsis and _is_stored(steps[k + 1 :]) for k, step in enumerate(steps)
    )


def _is_stored(steps: list[dis.Instruction]) -> bool:
    """Whether the next steps put the value just loaded into a name, an attribute or an item."""
    loads = list(itertools.takewhile(lambda step: step.opname.startswith("LOAD_"), steps))
    store = steps[len(loads)].opname if len(steps) > len(loads) else ""
    to_part = store in ("STORE_ATTR", "STORE_SUBSCR")  # of something that is loaded in between
    return store.startswith("STORE_") and bool(loads) == to_part
