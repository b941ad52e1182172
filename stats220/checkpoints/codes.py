"""What code refers to, and which classes are written in Python."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType

GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")


def global_names(code: CodeType) -> list[str]:
    """Names that code, and what is defined inside it, looks up in its module or in the builtins, in order."""
    names = {
        str(step.argval): None
        for one in _with_inner(code)
        for step in dis.get_instructions(one)
        if step.opname in GLOBAL
    }
    return list(names)


def imported_modules(code: CodeType) -> list[str]:
    """First parts of the modules that this code itself imports; "." for one of its own package."""
    return [
        str(step.argval).partition(".")[0] or "."
        for step in dis.get_instructions(code)
        if step.opname == "IMPORT_NAME"
    ]


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


def is_of_python(kind: type) -> bool:
    """Whether a class keeps all that its objects hold where it can be seen: written in Python, without slots of its own."""
    own = [base for base in kind.__mro__ if base not in (object, tuple)]
    size = tuple.__basicsize__ if issubclass(kind, tuple) else object.__basicsize__
    return bool(own) and (
        kind.__basicsize__ <= size + 16  # its dictionary and its weak references
        and all(base.__flags__ & (1 << 9) for base in own)  # made when it ran, not compiled in
        and not any(vars(base).get("__slots__") for base in own)
    )
