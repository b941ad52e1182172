"""Compare code by its syntax tree: equal fingerprints are equal code, whatever its layout and comments."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence


def fingerprint(node: ast.AST) -> int:
    """The number of one node; see `fingerprints`."""
    return _fingerprint(node, {})


def fingerprints(tree: ast.AST) -> dict[ast.AST, int]:
    """A number for each node of a tree, the tree itself last; equal for equal nodes, within one process."""
    found: dict[ast.AST, int] = {}
    _fingerprint(tree, found)
    return found


def _fingerprint(node: ast.AST, found: dict[ast.AST, int]) -> int:
    parts: list[object] = [type(node).__name__]
    for name, value in ast.iter_fields(node):
        if name in ("type_comment", "kind", "type_ignores"):
            continue
        if isinstance(value, ast.AST):
            parts.append(_fingerprint(value, found))
        elif isinstance(value, list):
            parts.append(
                tuple(
                    _fingerprint(item, found) if isinstance(item, ast.AST) else item
                    for item in value
                )
            )
        else:
            parts.append((type(value).__name__, value))
    found[node] = number = hash(tuple(parts))
    return number


def packed(numbers: Iterable[int]) -> bytes:
    """Fingerprints in a row, to be looked for in others."""
    return b"".join(number.to_bytes(8, "big", signed=True) for number in numbers)


def blocks_of(statements: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    """A block of statements, and all blocks within it."""
    yield statements
    for statement in statements:
        for block in blocks_below(statement):
            yield from blocks_of(block)


def blocks_below(node: ast.AST) -> list[list[ast.stmt]]:
    """The blocks of statements directly below a module or statement."""
    blocks = [value for _, value in ast.iter_fields(node) if _is_block(value)]
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        blocks += blocks_below(part)
    return blocks


def _is_block(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], ast.stmt)


def value_of(statement: ast.stmt) -> ast.expr | None:
    """The expression that a statement assigns, returns or evaluates."""
    value = getattr(statement, "value", None)
    return value if isinstance(value, ast.expr) else None
