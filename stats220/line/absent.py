"""Imports of what is not there where code is graded: the cell goes on, and only the use of such a module fails.

A notebook that was written on Colab imports what Colab has. Where a cell's own ``import``, outside of any ``try``, finds no
such module, its names stand for something absent; ``google.colab`` for something that does nothing.
"""

from __future__ import annotations

import ast
import sys
from typing import Any, NoReturn

COLAB = "google.colab"


class Absent:
    """Stands for a module, or a name of it, that is not there: whatever is done with it raises ModuleNotFoundError."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # what displays and copies look for, and can do without
            raise AttributeError(name)
        self()

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """It cannot be used."""
        raise ModuleNotFoundError(
            f"no module named {self._module!r} where this is graded", name=self._module
        )


class Skipped:
    """Stands for what Colab alone has: calls do nothing, and say so."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Skipped:
        if name.startswith("_"):
            raise AttributeError(name)
        return Skipped(f"{self._path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing."""
        sys.stdout.write(f"[skipped when graded: {self._path}]\n")


def stand_in(namespace: dict[str, Any], module: str, names: dict[str, str]) -> None:
    """Bind the names of an import that found no module.

    Parameters
    ----------
    namespace
        Where the names go.
    module
        What was to be imported.
    names
        From the name that is bound to the path that it was to lead to.
    """
    sys.stdout.write(f"[not there when graded: {module}]\n")
    colab = module == COLAB or module.startswith(COLAB + ".")
    for name, path in names.items():
        if name == module.partition(".")[0] and name in namespace:
            continue  # ``import here.not_there``
        namespace[name] = Skipped(path) if colab else Absent(module)


class StandIns(ast.NodeTransformer):
    """Wraps the imports of a cell, those that stand in no other statement, so that they call `stand_in`."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Wrap the imports of a cell."""
        body: list[ast.stmt] = []
        for statement in node.body:
            if isinstance(statement, ast.Import) and not _is_ours(statement.names[0].name):
                for alias in statement.names:
                    top = alias.name.partition(".")[0]
                    one = ast.copy_location(ast.Import([alias]), statement)
                    names = {alias.asname: alias.name} if alias.asname else {top: top}
                    body.append(_guarded(one, alias.name, names))
            elif (
                isinstance(statement, ast.ImportFrom)
                and statement.module not in (None, "__future__")
                and statement.level == 0
                and not _is_ours(statement.module)
                and statement.names[0].name != "*"
            ):
                module = str(statement.module)
                paths = {a.asname or a.name: f"{module}.{a.name}" for a in statement.names}
                body.append(_guarded(statement, module, paths))
            else:
                body.append(statement)
        node.body = body
        return node


def _is_ours(module: str | None) -> bool:
    """Whether it is of this package, of which a part that is not there is not there for students."""
    return str(module).partition(".")[0] == __name__.partition(".")[0]


def _guarded(statement: ast.stmt, module: str, names: dict[str, str]) -> ast.stmt:
    call = f"__import__({__name__!r}, fromlist=['x']).stand_in(globals(), {module!r}, {names!r})"
    text = f"try:\n    pass\nexcept ModuleNotFoundError:\n    {call}"
    (wrapped,) = ast.parse(text).body
    assert isinstance(wrapped, ast.Try)
    for node in ast.walk(wrapped):
        ast.copy_location(node, statement)
    wrapped.body = [statement]
    return wrapped
