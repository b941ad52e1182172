"""What an answer's code says, whatever its names and layout: normalised statements for comparison, and what reaches for the checks.

Reads students' texts with Python's parser: only to be called in a bounded process, see `stats220.staff.grade.similar`.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from stats220.staff.grade.names import parse

MAX_STATEMENTS = 400  # of one answer
MAX_NODES = 20_000
MAX_FOUND = 6
# Functions that checks could lean on, were they in reach: an honest answer calls them, and never puts others in their place.
JUDGES = {
    "assert_close", "assert_allclose", "assert_array_equal", "equal", "allclose", "isclose", "array_equal", "points",
}  # fmt: skip
# Modules that no answer needs, and that every attack on a grader does.
REACHING = {"stats220.checks", "stats220.reference", "stats220.line", "ctypes", "gc", "inspect"}
LYING = {"__eq__", "__torch_function__", "__array_function__", "__class__"}
ENDING = {("os", "_exit"), ("os", "abort"), ("sys", "_getframe"), ("os", "kill"), ("os", "fork")}


@dataclass(frozen=True)
class Unusual:
    """One answer.

    Attributes
    ----------
    statements
        Weight (nodes of the syntax tree) by digest of each statement, in which the answer's own names count by their order alone.
    reaching
        What an answer to an exercise has no use for, in words.
    """

    statements: dict[str, int]
    reaching: tuple[str, ...] = ()


def read_answer(source: str) -> Unusual:
    """Read one answer; nothing is known of what is not Python or too large."""
    parsed = parse(source)
    if parsed is None:
        return Unusual({})
    tree = parsed[0]
    if sum(1 for _, _ in zip(ast.walk(tree), range(MAX_NODES + 1), strict=False)) > MAX_NODES:
        return Unusual({})
    own = _own_names(tree)
    statements = {}
    for statement, _ in zip(_statements(tree), range(MAX_STATEMENTS), strict=False):
        text, weight = _normal(statement, own)
        statements[hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]] = weight
    return Unusual(statements, tuple(dict.fromkeys(_reaching(tree)))[:MAX_FOUND])


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements but definitions, imports and texts; those with blocks are there whole, and their parts too."""
    for node in ast.walk(tree):
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
        if isinstance(node, ast.stmt) and not isinstance(node, kinds) and not text:
            yield node


def _own_names(tree: ast.Module) -> set[str]:
    """Names that the answer binds itself: they can be renamed without a change of meaning."""
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return own | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def _normal(statement: ast.stmt, own: set[str]) -> tuple[str, int]:
    order: dict[str, int] = {}
    parts: list[str] = []
    # Depth first, in the order of the text, without a recursion that a deep text could exhaust.
    stack: list[object] = [statement]
    weight = 0
    while stack:
        node = stack.pop()
        if isinstance(node, ast.AST):
            weight += not isinstance(node, ast.expr_context)
            parts.append(type(node).__name__)
            fields = [getattr(node, name, None) for name in node._fields if name != "ctx"]
            if isinstance(node, ast.Name) and node.id in own:
                fields = [f"#{order.setdefault(node.id, len(order))}"]
            elif isinstance(node, ast.arg):
                fields = [f"#{order.setdefault(node.arg, len(order))}"]
            stack += [")", *reversed(fields), "("]
        elif isinstance(node, list):
            stack += ["]", *reversed(node), "["]
        else:
            parts.append(node if isinstance(node, str) else repr(node)[:1000])
    return " ".join(parts), weight


def _reaching(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"imports {a.name[:60]}" for a in node.names if _is_reaching(a.name))
        elif isinstance(node, ast.ImportFrom) and _is_reaching(node.module or ""):
            yield f"imports from {(node.module or '')[:60]}"
        elif isinstance(node, ast.FunctionDef) and node.name in LYING:
            yield f"defines {node.name}"
        elif isinstance(node, ast.Attribute):
            base = node.value.id if isinstance(node.value, ast.Name) else ""
            if isinstance(node.ctx, ast.Store) and base != "self" and node.attr in JUDGES:
                yield f"puts its own {node.attr} in the place of another"
            elif (base, node.attr) in ENDING:
                yield f"calls {base}.{node.attr}"


def _is_reaching(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in REACHING)
