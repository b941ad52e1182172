"""What each exercise's checks are worth, added up from their code: ``with checks(2, "what", ...)``."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from stats220.staff.build.names import bindings
from stats220.staff.build.sourcefile import SourceFile


@dataclass(frozen=True)
class CheckFunction:
    """One check function, visible or hidden: what its blocks are worth together, and what it says of hidden ones."""

    name: str
    file: SourceFile = field(repr=False)
    line: int
    points: int
    hidden_points: int
    parameters: tuple[str, ...]
    blocks: tuple[ast.With, ...] = field(repr=False)


@dataclass(frozen=True)
class CheckFolder:
    """The check functions of a lab's folder; `hidden` tells ``reference/<module>/hidden/`` from ``checks/<module>/``."""

    folder: str
    hidden: bool
    functions: dict[str, CheckFunction]
    exported: frozenset[str]


def read_checks(root: Path, module: str) -> CheckFolder:
    """Read the visible checks of a lab; raises AuthorError where one cannot be added up."""
    return _read(root, f"stats220/checks/{module}", hidden=False)


def read_hidden_checks(root: Path, module: str) -> CheckFolder | None:
    """Read the hidden checks of a lab, None where it has no folder ``hidden``."""
    folder = f"stats220/reference/{module}/hidden"
    return _read(root, folder, hidden=True) if (root / folder).exists() else None


def _read(root: Path, folder: str, *, hidden: bool) -> CheckFolder:
    init = SourceFile.read(
        root, root / folder / "__init__.py", remedy="write the lab's checks there"
    )
    functions: dict[str, CheckFunction] = {}
    for path in sorted((root / folder).glob("*.py")):
        file = SourceFile.read(root, path, remedy="write it")
        for node in file.tree.body:
            if not isinstance(node, ast.FunctionDef) or not any(
                _name(decorator) == "checked" for decorator in node.decorator_list
            ):
                continue
            if node.name in functions:
                raise file.error(
                    f"two checks are called {node.name}, here and in {functions[node.name].file.name}",
                    line=node.lineno,
                    remedy="rename or delete one",
                )
            functions[node.name] = _read_function(file, node, hidden=hidden)
    exported = bindings(init.tree.body, folder.replace("/", "."))
    return CheckFolder(folder, hidden, functions, frozenset(b.name for b in exported))


def _read_function(file: SourceFile, node: ast.FunctionDef, *, hidden: bool) -> CheckFunction:
    recorders: dict[str, ast.Call] = {}
    for inner in ast.walk(node):
        match inner:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if (
                _name(call.func) == "Checks"
            ):
                recorders[name] = call
    if len(recorders) != 1:
        raise file.error(
            f"the check {node.name} makes {len(recorders)} Checks objects",
            line=node.lineno,
            remedy=f'begin it with: checks = Checks("{node.name}")',
        )
    recorder, call = recorders.popitem()
    options = {keyword.arg: keyword.value for keyword in call.keywords}
    if not call.args or not _is_literal(call.args[0], node.name):
        raise file.error(
            f"the check {node.name} records under another name",
            line=call.lineno,
            remedy=f'write Checks("{node.name}", ...)',
        )
    if hidden != ("hidden" in options and _is_literal(options["hidden"], True)):
        raise file.error(
            f"the check {node.name} is {'not ' if hidden else ''}marked as hidden",
            line=call.lineno,
            remedy="Checks(..., hidden=True) is for the folder `hidden`, and all checks there have it",
        )
    hidden_points = 0
    if "hidden_points" in options:
        hidden_points = _points(file, options["hidden_points"], call.lineno)
    blocks = _blocks(file, node, recorder)
    points = sum(_block_points(file, block) for block in blocks)
    _check_needs(file, node, blocks)
    if not blocks:
        raise file.error(
            f"the check {node.name} has no points",
            line=node.lineno,
            remedy='write: with checks(2, "what"): ...',
        )
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
    names = tuple(parameter.arg for parameter in parameters)
    return CheckFunction(node.name, file, node.lineno, points, hidden_points, names, tuple(blocks))


def _blocks(file: SourceFile, node: ast.AST, recorder: str) -> list[ast.With]:
    """The with-blocks of the recorder, which must stand in the function's own body."""
    blocks = [
        inner for inner in ast.walk(node) if isinstance(inner, ast.With) and _opens(inner, recorder)
    ]
    direct = getattr(node, "body", [])
    for block in blocks:
        if block not in direct:
            raise file.error(
                "a block of points inside a loop, branch or other block: its points cannot be added up",
                line=block.lineno,
                remedy="put the block into the body of the check, and the loop into the block",
            )
    return blocks


def _opens(block: ast.With, recorder: str) -> bool:
    call = block.items[0].context_expr
    return (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == recorder
    )


def _block_points(file: SourceFile, block: ast.With) -> int:
    call = block.items[0].context_expr
    arguments = call.args if isinstance(call, ast.Call) else []
    if not arguments:
        raise file.error(
            "a block without points", line=block.lineno, remedy='write: with checks(2, "what"): ...'
        )
    points = _points(file, arguments[0], block.lineno)
    if points < 1:
        raise file.error(
            "a block worth nothing", line=block.lineno, remedy="give it at least 1 point"
        )
    return points


def _check_needs(file: SourceFile, function: ast.FunctionDef, blocks: list[ast.With]) -> None:
    """What a block needs is the `what` of one before it, written out or by a name for the words."""
    words = _texts(function)
    earlier: list[str] = []
    for block in blocks:
        call = block.items[0].context_expr
        options = {keyword.arg: keyword.value for keyword in getattr(call, "keywords", [])}
        needs = options.get("needs")
        if needs is not None and _text(needs, words) not in earlier:
            raise file.error(
                f"a block needs {ast.unparse(needs)}, which is the name of no block before it",
                line=needs.lineno,
                remedy=f"write one of these: {', '.join(map(repr, earlier)) or '(there is none)'}",
            )
        positional = isinstance(call, ast.Call) and len(call.args) > 1
        what = call.args[1] if positional else options.get("what")  # type: ignore[attr-defined]
        text = None if what is None else _text(what, words)
        if text in earlier:
            raise file.error(
                f"two blocks are called {text!r}",
                line=block.lineno,
                remedy="give each block words of its own",
            )
        if text is not None:
            earlier.append(text)


def _texts(function: ast.FunctionDef) -> dict[str, str]:
    """The names that a function gives to words: ``sums = "adds up"``."""
    found = {}
    for node in function.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                found[name] = text
    return found


def _text(node: ast.expr, words: dict[str, str]) -> str | None:
    """The words that an expression stands for, where it is a string or the name of one."""
    if isinstance(node, ast.Name):
        return words.get(node.id)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _points(file: SourceFile, node: ast.expr, line: int) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    raise file.error(
        f"points that are no whole number written out: {ast.unparse(node)}",
        line=line,
        remedy='write the number itself, as in: with checks(2, "what"): ...',
    )


def _is_literal(node: ast.expr, value: object) -> bool:
    return (
        isinstance(node, ast.Constant) and node.value == value and type(node.value) is type(value)
    )


def _name(node: ast.expr) -> str:
    """The last part of a name, dotted name, or call of one."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
