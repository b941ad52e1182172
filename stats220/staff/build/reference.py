"""Read exercises from the answer key, ``stats220/reference/<module>/``, without importing it.

An exercise is one top-level function or class. From its text come the key (the function without the markers) and the
stub (each region between the markers replaced); both keep the comments, docstring and given lines as they were typed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from stats220.errors import AuthorError
from stats220.staff.build.names import Binding, bindings
from stats220.staff.build.regions import Region, find_regions, start_line
from stats220.staff.build.sourcefile import SourceFile

Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Exercise:
    """A solved exercise: its node in the key's file, the text of the key and of the stub."""

    name: str
    file: SourceFile
    node: Definition = field(repr=False)
    key: str
    stub: str
    regions: tuple[Region, ...]
    bindings: dict[str, Binding] = field(repr=False)

    def error(self, message: str, *, remedy: str, line: int | None = None) -> AuthorError:
        """Make an error that points at the function in the key."""
        return self.file.error(message, line=line or start_line(self.node), remedy=remedy)


@dataclass(frozen=True)
class KeyFile:
    """A file of the answer key: the regions in it, and what it binds."""

    file: SourceFile
    regions: list[Region]
    bindings: dict[str, Binding] = field(repr=False)


@dataclass(frozen=True)
class Reference:
    """The answer key of one lab: where each definition stands."""

    module: str
    package: str
    definitions: dict[str, tuple[KeyFile, Definition]]
    exported: frozenset[str]

    def exercise(self, name: str) -> Exercise | None:
        """The exercise of that name, or None; raises AuthorError where it cannot be made a stub."""
        if name not in self.definitions:
            return None
        return _read_exercise(*self.definitions[name])


def read_reference(root: Path, module: str) -> Reference:
    """Read the key of a lab.

    Raises
    ------
    AuthorError
        Where the folder or its ``__init__.py`` is missing, a file is no Python, a marker is wrong, or one name is
        defined twice.
    """
    folder = root / "stats220" / "reference" / module
    init = SourceFile.read(root, folder / "__init__.py", remedy="write the lab's answer key there")
    package = f"stats220.reference.{module}"
    definitions: dict[str, tuple[KeyFile, Definition]] = {}
    for path in sorted(folder.glob("*.py")):
        file = SourceFile.read(root, path, remedy="write it")
        around = {binding.name: binding for binding in bindings(file.tree.body, package)}
        key_file = KeyFile(file, find_regions(file), around)
        for node in file.tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if node.name in definitions:
                other = definitions[node.name][0].file.name
                raise file.error(
                    f"{node.name} is defined twice in the key, here and in {other}",
                    line=start_line(node),
                    remedy="rename or delete one",
                )
            definitions[node.name] = (key_file, node)
    exported = frozenset(binding.name for binding in bindings(init.tree.body, package))
    return Reference(module, package, definitions, exported)


def _read_exercise(key_file: KeyFile, node: Definition) -> Exercise:
    file = key_file.file
    start, end = start_line(node), _last_line(file, node)
    regions = tuple(region for region in key_file.regions if start <= region.begin <= end)
    markers = {line for region in regions for line in (region.begin, region.end)}
    key = [
        text
        for number, text in enumerate(file.lines, 1)
        if start <= number <= end and number not in markers
    ]
    stub: list[str] = []
    for number in range(start, end + 1):
        region = next((region for region in regions if region.begin <= number <= region.end), None)
        if region is None:
            stub.append(file.lines[number - 1])
        elif number == region.begin:
            stub.append(" " * region.indent + region.replacement)
    exercise = Exercise(
        node.name, file, node, "\n".join(key), "\n".join(stub), regions, key_file.bindings
    )
    _check_stub(exercise)
    return exercise


def _last_line(file: SourceFile, node: Definition) -> int:
    """The definition's last line, the indented comments that follow its last statement included."""
    last = node.end_lineno or node.lineno
    for number in range(last + 1, len(file.lines) + 1):
        text = file.lines[number - 1]
        if text.strip() and not (text[0].isspace() and text.lstrip().startswith("#")):
            break
        if text.strip():
            last = number
    return last


def _check_stub(exercise: Exercise) -> None:
    """The stub must be Python, with the signatures and docstrings of the reference."""
    name = exercise.name
    if not ast.get_docstring(exercise.node):
        raise exercise.error(
            f"{name} has no docstring",
            remedy="write one: it is what students read (shapes, units, what it raises, source)",
        )
    for method in _methods_to_write(exercise):
        if not ast.get_docstring(method):
            raise exercise.error(
                f"{name}.{method.name} has no docstring",
                line=method.lineno,
                remedy="write one: students write this method, and read there what it does",
            )
    if not exercise.regions:
        raise exercise.error(
            f"{name} has no solution region: students would get the whole of it",
            remedy="put # BEGIN SOLUTION and # END SOLUTION around what students write",
        )
    try:
        stub = ast.parse(exercise.stub).body[0]
    except SyntaxError as error:
        raise exercise.error(
            f"the stub of {name} is not Python: {error.msg}",
            remedy="move the markers around whole statements",
        ) from None
    if _signatures(stub) != _signatures(exercise.node):
        raise exercise.error(
            f"the stub of {name} has lost a signature or docstring of the reference",
            line=exercise.regions[0].begin,
            remedy="put the markers inside the function or method, below its docstring",
        )


def _methods_to_write(exercise: Exercise) -> list[ast.FunctionDef]:
    """Methods of a class that hold a region; ``__init__`` is documented by its class."""
    if not isinstance(exercise.node, ast.ClassDef):
        return []
    methods = [method for method in exercise.node.body if isinstance(method, ast.FunctionDef)]
    return [
        method
        for method in methods
        if method.name != "__init__"
        and any(
            method.lineno < region.begin <= (method.end_lineno or 0) for region in exercise.regions
        )
    ]


def _signatures(node: ast.AST, prefix: str = "") -> list[str]:
    """Name, arguments, decorators and docstring of a definition and of the methods in it."""
    found = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        head = [node.args, *node.decorator_list, *([node.returns] if node.returns else [])]
    elif isinstance(node, ast.ClassDef):
        head = [*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list]
    else:
        return []
    found.append(
        f"{prefix}{node.name} {[ast.dump(part) for part in head]} {ast.get_docstring(node)!r}"
    )
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            found += _signatures(inner, f"{prefix}{node.name}.")
    return found
