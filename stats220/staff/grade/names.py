"""What a cell defines and what it needs, read from its text alone: nothing of a student's is run here."""

from __future__ import annotations

import ast
import re
import symtable
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

STAR = "*"  # ``from x import *`` may define anything
# Blanks, not \s: over a hundred thousand empty lines that would start again at each, for hours.
_MAGIC = re.compile(r"^([ \t]*)(\w+[ \t]*=[ \t]*)?[%!?].*$", re.MULTILINE)
_PYTHON_CELL_MAGIC = re.compile(r"\A\s*%%(time|timeit|capture|prun)\b")


@dataclass(frozen=True)
class Names:
    """The global names of one cell.

    Attributes
    ----------
    defined
        Bound at the top level by any statement; holds ``"*"`` after a star import.
    objects
        Bound at the top level by ``def`` or ``class``, or to a lambda: how an exercise is answered.
    needed
        Read at the top level or inside a function or class, and not bound in the cell itself.
    """

    defined: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


def python_text(source: str) -> str:
    """The cell without ``%magic``, ``!command`` and ``?help`` lines; empty if it is in another language."""
    if source.lstrip().startswith("%%") and not _PYTHON_CELL_MAGIC.match(source):
        return ""
    return _MAGIC.sub(r"\1pass", source)


def parse(source: str) -> tuple[ast.Module, symtable.SymbolTable] | None:
    """Syntax tree and symbols of a cell, or None where it is not Python."""
    # A student's "\d" makes the compiler warn: that is for the student to read, not for the operator.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in (source, python_text(source)):
            try:
                return ast.parse(text), symtable.symtable(text, "cell", "exec")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # hostile text (a million brackets, a null byte) ends in one of these too
    return None


def same_code(one: str, other: str) -> bool:
    """Whether two cells differ at most in comments and layout."""
    if one.strip() == other.strip():
        return True
    trees = parse(one), parse(other)
    try:
        return all(trees) and len({ast.dump(tree[0]) for tree in trees if tree}) == 1
    except RecursionError:
        return False


def names_of(source: str) -> Names:
    """The names that a cell defines and needs; none for a cell that is not Python."""
    parsed = parse(source)
    try:
        return _names(*parsed) if parsed else Names()
    except RecursionError:  # a thousand nested lambdas parse, but nobody needs what they define
        return Names()


def _names(tree: ast.Module, table: symtable.SymbolTable) -> Names:
    symbols = table.get_symbols()
    defined = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    defined |= _global_statements(table)
    read = {s.get_name() for s in symbols if s.is_referenced()} | _globals_of(table.get_children())
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == STAR for node in tree.body):
        defined.add(STAR)
    return Names(frozenset(defined), frozenset(_objects(tree.body)), frozenset(read - defined))


def _objects(body: Sequence[ast.stmt]) -> set[str]:
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.If | ast.Try | ast.With):
            for block in ("body", "orelse", "finalbody"):
                found |= _objects(getattr(node, block, []))
    return found


def _globals_of(tables: Sequence[symtable.SymbolTable]) -> set[str]:
    """Names that nested functions and classes look up in the notebook's globals."""
    found: set[str] = set()
    for table in tables:
        found |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
        found |= _globals_of(table.get_children())
    return found


def _global_statements(table: symtable.SymbolTable) -> set[str]:
    """Names that nested functions bind with a ``global`` statement."""
    found: set[str] = set()
    for child in table.get_children():
        found |= {
            s.get_name() for s in child.get_symbols() if s.is_declared_global() and s.is_assigned()
        }
        found |= _global_statements(child)
    return found


def cells_needed_by(
    target: int, cells: Mapping[int, Names], skipped: Collection[int] = ()
) -> set[int]:
    """The cells that must run so that cell ``target`` and the functions it defines find their names.

    Parameters
    ----------
    target
        A key of ``cells``.
    cells
        Names by position, of the cells that stand before the target's check (the target among them).
    skipped
        Positions that count only for a name that no other cell defines.

    Returns
    -------
    set of int
        Positions, without the target.
    """
    wanted, found = list(cells[target].needed), set[int]()
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        definers = [i for i, c in cells.items() if i != target and {name, STAR} & c.defined]
        running = [i for i in definers if i not in skipped]
        for i in running or definers:
            if i not in found:
                found.add(i)
                wanted.extend(cells[i].needed)
    return found
