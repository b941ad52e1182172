"""What a cell defines and what it needs, read from its text alone: nothing of a student's is run here.

Python's parser needs gigabytes and minutes for some texts of a few kilobytes, so a student's are read in a process that is
bounded: `stats220.staff.grade.reader`.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import symtable
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from stats220.line.magics import python_text

STAR = "*"  # ``from x import *`` may define anything


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


@dataclass(frozen=True)
class Code:
    """What is known of a cell without running it; the fingerprint is that of its code, whatever the layout and comments."""

    names: Names = Names()
    fingerprint: str = ""


NOTHING_KNOWN = Code()


def parse(source: str) -> tuple[ast.Module, symtable.SymbolTable] | None:
    """Syntax tree and symbols of a cell, or None where it is not Python."""
    # A student's "\d" makes the compiler warn: that is for the student to read, not for the operator.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in (source, python_text(source)):
            try:
                return ast.parse(text), symtable.symtable(text, "cell", "exec")
            except (SyntaxError, ValueError, RecursionError):
                continue  # hostile text (a million brackets, a null byte) ends in one of these too
    return None


def read_code(source: str) -> Code:
    """Read a cell; a cell that is not Python, or too deep for the parser, has no names, and is the same as what has the same text."""
    try:
        return read_code_or_run_out(source)
    except MemoryError:
        return Code(Names(), _fingerprint(source.strip()))


# Most cells of most notebooks are the release's. No more are kept, for a cell may have 200,000 characters.
@functools.lru_cache(maxsize=250)
def read_code_or_run_out(source: str) -> Code:
    """The same for a process whose memory is limited, and which tells of it; raises MemoryError."""
    parsed = parse(source)
    text, names = source.strip(), Names()
    if parsed:
        # A thousand nested lambdas parse, but nobody needs what they define; a number of 5,000 digits cannot be shown.
        with contextlib.suppress(RecursionError, ValueError):
            text, names = "code " + ast.dump(parsed[0]), _names(*parsed)
    return Code(names, _fingerprint(text))


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def same_code(one: str, other: str) -> bool:
    """Whether two cells differ at most in comments and layout."""
    return read_code(one).fingerprint == read_code(other).fingerprint


def names_of(source: str) -> Names:
    """The names that a cell defines and needs; none for a cell that is not Python."""
    return read_code(source).names


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
