"""Compare code by its syntax tree: equal fingerprints are equal code, whatever its layout and comments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def fingerprint(node: ast.AST, seen: dict[int, int] | None = None) -> int:
    """A number that is equal for equal trees, within one process.

    Adds the fingerprint of the node and of all below to `seen`, each with its line, counted from 0.
    """
    parts: list[object] = [type(node).__name__]
    for name, value in ast.iter_fields(node):
        if name in ("type_comment", "kind", "type_ignores"):
            continue
        if isinstance(value, ast.AST):
            parts.append(fingerprint(value, seen))
        elif isinstance(value, list):
            parts.append(
                tuple(
                    fingerprint(item, seen) if isinstance(item, ast.AST) else item for item in value
                )
            )
        else:
            parts.append((type(value).__name__, value))
    number = hash(tuple(parts))
    if seen is not None:
        seen.setdefault(number, getattr(node, "lineno", 1) - 1)
    return number


def blocks_of(statements: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    """A block of statements, and all blocks within it."""
    yield statements
    for statement in statements:
        for node in ast.walk(statement):
            for _, value in ast.iter_fields(node):
                if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                    yield value


def value_of(statement: ast.stmt) -> ast.expr | None:
    """The expression that a statement assigns, returns or evaluates."""
    value = getattr(statement, "value", None)
    return value if isinstance(value, ast.expr) else None
