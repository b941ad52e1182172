"""Whose mistake it is that a check raised: its author's, or that of a result which has another form than the check thought.

What raises in the check's own file is the author's, unless the very expression that raised mentions what came from the
student's code: ``result.shape`` of a list is the student's, ``expected[5]`` of a list of two is not.
"""

from __future__ import annotations

import ast
import linecache
import weakref
from collections.abc import Iterable, Iterator, Sequence
from types import FrameType, TracebackType
from typing import Any

import numpy as np
import torch

from stats220.line.proxy import Nothing, Proxy

# What a check's own code raises when it goes on with a result that has another form than it thought.
MISFITS = (
    TypeError,
    AttributeError,
    ValueError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
)
PLAIN = (torch.Tensor, np.ndarray, list, tuple, dict, str, float, complex)
ROOMS = ("stats220.checks.", "stats220.reference.")


def is_misfit(error: Exception, received: Iterable[weakref.ref[Any]]) -> bool:
    """Whether a result of the student's made a check raise.

    Parameters
    ----------
    error
        What was raised, with its traceback from the block on.
    received
        Arrays and tensors that came from the student's code.
    """
    if not isinstance(error, MISFITS) or _is_typo(error):
        return False
    places = list(_of_author(error.__traceback__))
    if not places:
        return False
    frame, lasti = places[-1]
    file, span = frame.f_code.co_filename, list(frame.f_code.co_positions())[lasti // 2]
    source = "".join(linecache.getlines(file, frame.f_globals))
    if not source or None in span:
        return True  # it cannot be told: what the student's code returned is the likelier reason
    tree = ast.parse(source)
    arrays = [array for reference in received if (array := reference()) is not None]
    theirs = {
        name
        for each, _ in places
        for name, value in each.f_locals.items()
        if type(value) in (Proxy, Nothing) or any(value is array for array in arrays)
    }
    _spread(_function_around(tree, span), theirs)
    return not theirs.isdisjoint(_names(node) for node in _within(tree, span))


def _is_typo(error: Exception) -> bool:
    """Whether an attribute was asked for that no plain value has."""
    if not isinstance(error, AttributeError) or not isinstance(error.obj, PLAIN):
        return False
    return not any(hasattr(kind, error.name or "") for kind in PLAIN)


def _of_author(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    """Frames of the check's own file and of the checks' and the key's folders, outermost first, and where each one is."""
    own = None if trace is None else trace.tb_frame.f_globals.get("__name__")
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__"))
        in_folder = module.startswith(ROOMS) and module.count(".") > 2
        if module == own or in_folder or module == "stats220.checks.inputs":
            yield trace.tb_frame, trace.tb_lasti
        trace = trace.tb_next


def _spread(tree: ast.AST, theirs: set[str]) -> None:
    """Add the names that are assigned from expressions which mention one of these."""
    known = -1
    while known != len(theirs):
        known = len(theirs)
        for node in ast.walk(tree):
            value, targets = _assignment(node)
            if value is not None and _mentions(value, theirs):
                for target in targets:
                    theirs |= {
                        inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name)
                    }


def _assignment(node: ast.AST) -> tuple[ast.AST | None, Sequence[ast.AST]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            return value, targets
        case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value):
            return value, [target]
        case ast.NamedExpr(target=target, value=value):
            return value, [target]
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            return value, [target]
    return None, []


def _mentions(tree: ast.AST, names: set[str]) -> bool:
    return any(_names(node) in names for node in ast.walk(tree))


def _names(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _function_around(tree: ast.Module, span: Sequence[Any]) -> ast.AST:
    """The outermost function in which that is."""
    for node in tree.body:
        if node.lineno <= span[0] <= (node.end_lineno or 0):
            return node
    return tree


def _within(tree: ast.Module, span: Sequence[Any]) -> Iterator[ast.AST]:
    """Everything between two places: line and end line, column and end column."""
    line, end_line, column, end_column = span
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            begins = (node.lineno, node.col_offset) >= (line, column)
            if begins and (node.end_lineno, node.end_col_offset) <= (end_line, end_column):
                yield node
