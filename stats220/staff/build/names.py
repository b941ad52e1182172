"""Which names a piece of code takes from outside, and what a name is bound to. Read from the code, nothing is run."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from stats220.staff.build.fingerprints import blocks_below

ALWAYS_THERE = frozenset(dir(builtins)) | {"__name__", "__class__", "get_ipython", "display"}


@dataclass(frozen=True)
class Binding:
    """A name bound at the top level of a file or cell.

    `meaning` is equal for two bindings of the same thing: the dotted path of an import (``torch.nn.functional`` for
    ``import torch.nn.functional as F``), else the dump of the definition without its docstrings.
    """

    name: str
    meaning: str
    line: int
    is_import: bool


def bound_names(code: str) -> list[str]:
    """Names that code binds at its top level."""
    table = symtable.symtable(code, "<code>", "exec")
    return [symbol.get_name() for symbol in table.get_symbols() if _binds(symbol)]


def used_names(statements: Sequence[ast.stmt]) -> set[str]:
    """Names that the statements read but do not bind themselves, builtins left out."""
    code = _source(statements)
    table = symtable.symtable(code, "<code>", "exec")
    bound = {symbol.get_name() for symbol in table.get_symbols() if _binds(symbol)}
    return set(_read_names(table, top=True)) - bound - ALWAYS_THERE


def line_of_use(name: str, statements: Sequence[ast.stmt]) -> int:
    """The first line that reads a name."""
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name:
                return node.lineno
    return statements[0].lineno


def bindings(statements: Iterable[ast.stmt], package: str = "") -> list[Binding]:
    """What the statements bind, in order; `package` resolves relative imports."""
    found: list[Binding] = []
    for node in statements:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, path in _imports(node, package):
                found.append(Binding(name, path, node.lineno, True))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(Binding(node.name, definition(node), node.lineno, False))
        elif isinstance(node, ast.If | ast.Try):
            handlers = node.handlers if isinstance(node, ast.Try) else []
            parts = [node.body, *(handler.body for handler in handlers), node.orelse]
            for part in parts:
                found += bindings(part, package)
        else:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else node
            single = not isinstance(node, ast.Assign) or (
                len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
            )
            meaning = ast.dump(value if single and value is not None else node)
            found += [
                Binding(name, meaning, node.lineno, False)
                for name in bound_names(ast.unparse(node))
            ]
    return found


def imported_modules(tree: ast.AST, package: str = "") -> Iterator[tuple[str, int]]:
    """Dotted paths of everything that is imported anywhere in a module or statement, with the line."""
    if isinstance(tree, ast.Import):
        yield from ((alias.name, tree.lineno) for alias in tree.names)
    elif isinstance(tree, ast.ImportFrom):
        yield from ((path, tree.lineno) for _, path in _imports(tree, package))
    for block in blocks_below(tree):
        for statement in block:
            yield from imported_modules(statement, package)


def definition(node: ast.AST) -> str:
    """A dump of a definition that is equal where two definitions differ in docstrings and layout only."""
    return ast.dump(without_docstrings(node))


def without_docstrings(node: ast.AST) -> ast.AST:
    """A copy of a tree without the docstrings of its functions and classes."""
    copy = ast.parse(ast.unparse(node))
    for inner in ast.walk(copy):
        if isinstance(
            inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and ast.get_docstring(inner):
            inner.body = inner.body[1:] or [ast.Pass()]
    return copy.body[0]


def _source(statements: Sequence[ast.stmt]) -> str:
    return ast.unparse(ast.Module(body=list(statements), type_ignores=[]))


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported()


def _read_names(table: symtable.SymbolTable, *, top: bool) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _read_names(child, top=False)


def _imports(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """Pairs (name bound, dotted path it stands for)."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
            continue
        base = node.module or ""
        if node.level:
            parts = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parts, base] if base else parts)
        yield alias.asname or alias.name, f"{base}.{alias.name}"
