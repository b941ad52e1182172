"""What a notebook's kernel knows of its cells: which one ran last, and what stands where a name is missing.

Outside of a kernel nothing here does anything.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from types import CodeType, TracebackType
from typing import Any

from stats220.checks.results import problems
from stats220.kernels import kernel_shell

CHECK_CELL = re.compile(r"^\s*check\.(\w+)\(\1\)\s*(?:#.*)?$", re.MULTILINE)


def explain_missing_names() -> None:
    """From now on, a check cell that finds no exercise, or no checks, says in one line what to run."""
    shell = kernel_shell()
    if shell is None or getattr(shell, "_stats220_explains", False):
        return
    others, before = shell.custom_exceptions, shell.CustomTB

    def handle(
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
        tb_offset: int | None = None,
    ) -> None:
        cells = shell.user_ns.get("In") or [""]
        if isinstance(error, NameError) and (text := missing(str(error.name), str(cells[-1]))):
            error._render_traceback_ = lambda: [f"NameError: {text}"]  # type: ignore[attr-defined]
        if others and isinstance(error, others):
            before(kind, error, trace, tb_offset=tb_offset)
        else:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    shell.set_custom_exc((NameError, *others), handle)
    shell._stats220_explains = True


def missing(name: str, cell: str) -> str:
    """What to run where a check cell lacks a name; empty where it is no check cell, or another name."""
    match = CHECK_CELL.search(cell)
    if match is None or name not in ("check", match[1]):
        return ""
    if name == "check":
        return "the checks are not imported yet: run the cells above this one, from the first on"
    problem = problems.get(name)
    where = f"the cell of {problem}, `{name}`," if problem else f"the cell with `{name}`"
    return f"`{name}` is not there yet: run {where} first, and then this one again"


def stale(exercise: str, answer: object) -> str:
    """What to say where the answer is not that of the cell that ran last; empty where it is, or where that cannot be told."""
    shell, code = kernel_shell(), _code_of(answer)
    if shell is None or code is None:
        return ""
    begins = re.compile(rf"^(?:async\s+def|def|class)\s+{re.escape(exercise)}\b", re.MULTILINE)
    cells = [cell for cell in shell.user_ns.get("In", ())[:-1] if begins.search(str(cell))]
    own = "".join(linecache.getlines(code.co_filename)).rstrip()
    if not cells or not own or cells[-1].rstrip() == own:
        return ""
    try:
        ast.parse(cells[-1])
        how = "did not get as far as that"
    except SyntaxError as error:
        how = f"ended with a {type(error).__name__} in line {error.lineno}"
    return (
        f"This is your `{exercise}` of before: the cell that you ran since then {how}. Mend it, run it again, and then "
        "this one."
    )


def _code_of(answer: object) -> CodeType | None:
    """The code of a function, or of a method that a class itself defines, where a cell defined it."""
    own = inspect.unwrap(answer) if callable(answer) else answer
    if getattr(own, "__module__", None) != "__main__":
        return None
    members = list(vars(own).values()) if inspect.isclass(own) else [own]
    codes = (getattr(inspect.unwrap(m) if callable(m) else m, "__code__", None) for m in members)
    return next((code for code in codes if isinstance(code, CodeType)), None)
