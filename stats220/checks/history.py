"""What this kernel has seen of each exercise's checks: the last results, and how often a block has failed.

A nudge comes first. Whoever has changed their code and fails again in the same block is given the line itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import CodeType
from typing import Any

from stats220.checks.results import Record

MANY = 2  # failing attempts

latest: dict[
    str, Record
] = {}  # by exercise, of the visible checks that ran last: what `stats220.progress` adds up

# By exercise and block: the code of each attempt that failed there after its nudge could be seen.
_failed: dict[tuple[str, str], list[object]] = {}


def remember(checks: Record, answer: object = None) -> None:
    """Take note of a run in this notebook, and add the remedies that are now to be shown.

    An attempt counts when a hint was shown, and when its code, as far as that can be told, is another than that of the last.
    """
    if checks.hidden:
        return
    latest[checks.exercise] = checks
    code = code_of(answer)
    for result in checks.results:
        if not result.hint:
            continue
        attempts = _failed.setdefault((checks.exercise, result.what), [])
        if not attempts or code is None or attempts[-1] != code:
            attempts.append(code)
        if len(attempts) >= MANY and (remedy := checks.remedies.get(result.what)):
            checks.shown_remedies[result.what] = remedy


def code_of(answer: object) -> object:
    """What the code of a function or class does, with that of the student's functions that it calls; ``None``: unknown.

    Two answers with equal code differ in nothing but names of variables, comments and places.
    """
    found = list(_codes(answer, set()))
    return tuple(found) if found else None


def _codes(thing: object, seen: set[int]) -> Iterator[object]:
    thing = inspect.unwrap(thing) if callable(thing) else thing
    if id(thing) in seen or getattr(thing, "__module__", None) != "__main__":
        return
    seen.add(id(thing))
    if inspect.isfunction(thing):
        yield _constants(thing.__code__), repr(thing.__defaults__), repr(thing.__kwdefaults__)
        for name in thing.__code__.co_names:
            yield from _codes(thing.__globals__.get(name), seen)
    elif inspect.isclass(thing):
        for name, member in vars(thing).items():
            inner = getattr(member, "__func__", getattr(member, "fget", member))
            yield name
            yield from _codes(inner, seen)


def _constants(code: CodeType) -> Any:
    parts = (
        _constants(c) if isinstance(c, CodeType) else (type(c), repr(c)) for c in code.co_consts
    )
    return code.co_code, code.co_names, tuple(parts)
