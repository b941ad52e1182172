"""The regions of the answer key that are the student's work, and what the stub says in their place."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass, field

from stats220.staff.build.fingerprints import blocks_below
from stats220.staff.build.sourcefile import SourceFile

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
Owner = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
MARKER_LIKE = re.compile(r"#+\s*(begin|end)\s*solutions?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """Lines `begin` to `end`, both markers included; `replacement` is the stub's line, without its indent."""

    begin: int
    end: int
    indent: int
    where: str
    replacement: str
    statements: tuple[ast.stmt, ...] = field(repr=False)


def find_regions(file: SourceFile) -> list[Region]:
    """Find all regions of a file of the key; raises AuthorError where a marker or a region is malformed."""
    return [_region(file, begin, end) for begin, end in _pairs(file)]


def _pairs(file: SourceFile) -> list[tuple[int, int]]:
    """Lines of matching markers."""
    pairs: list[tuple[int, int]] = []
    begin: int | None = None
    _ = file.tree  # a file that is no Python is told so before it is cut into tokens
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type != tokenize.COMMENT or not MARKER_LIKE.match(token.string):
            continue
        line = token.start[0]
        if token.line.strip() not in (BEGIN, END):
            raise file.error(
                f"a misspelt solution marker: {token.string.strip()}",
                line=line,
                remedy=f"write {BEGIN} or {END} on a line of its own",
            )
        if token.line.strip() == BEGIN:
            if begin is not None:
                raise file.error(
                    "a solution region within a solution region",
                    line=line,
                    remedy=f"close the first with {END}",
                )
            begin = line
        elif begin is None:
            raise file.error(
                f"{END} without {BEGIN}", line=line, remedy=f"write {BEGIN} above the solution"
            )
        else:
            pairs.append((begin, line))
            begin = None
    if begin is not None:
        raise file.error(
            "a solution region is not closed", line=begin, remedy=f"write {END} below the solution"
        )
    return pairs


def _region(file: SourceFile, begin: int, end: int) -> Region:
    found = _search(file.tree.body, (), begin, end)
    if not found:
        raise file.error(
            "a solution region without a statement",
            line=begin,
            remedy="put whole statements between the markers",
        )
    owners, statements = found[0]
    if len(found) > 1 or _cuts(file, statements, begin, end):
        raise file.error(
            "a solution region cuts a statement in two",
            line=begin,
            remedy="put both markers around whole statements of one block",
        )
    if not owners:
        raise file.error(
            "a solution region outside of any function",
            line=begin,
            remedy="put the markers inside the exercise",
        )
    where = _qualified_name(owners)
    replacement = _assignment_stub(statements)
    if replacement is None and isinstance(owners[-1], ast.ClassDef):
        raise file.error(
            "a solution region in the body of a class that is not one assignment",
            line=begin,
            remedy="put the markers inside the method, below its docstring",
        )
    if replacement is None:
        replacement = f'raise NotImplementedError("{where}")'
    return Region(begin, end, statements[0].col_offset, where, replacement, tuple(statements))


def _search(
    block: list[ast.stmt], owners: tuple[Owner, ...], begin: int, end: int
) -> list[tuple[tuple[Owner, ...], list[ast.stmt]]]:
    """Runs of outermost statements that stand wholly between two lines, with the definitions around them."""
    inside = [node for node in block if begin < start_line(node) and (node.end_lineno or 0) < end]
    found = [(owners, inside)] if inside else []
    for node in block:
        if node not in inside:
            around = (*owners, node) if isinstance(node, Owner) else owners
            for inner in blocks_below(node):
                found += _search(inner, around, begin, end)
    return found


def _cuts(file: SourceFile, statements: list[ast.stmt], begin: int, end: int) -> bool:
    """Whether code between the markers is not part of the statements, or a statement crosses a marker."""
    first, last = start_line(statements[0]), statements[-1].end_lineno or 0
    outside = [*range(begin + 1, first), *range(last + 1, end)]
    code = (file.lines[number - 1].strip() for number in outside)
    if any(text and not text.startswith("#") for text in code):
        return True
    return any(
        isinstance(node, ast.stmt) and begin < start_line(node) < end < (node.end_lineno or 0)
        for node in ast.walk(file.tree)
    )


def _assignment_stub(statements: list[ast.stmt]) -> str | None:
    """``name = ...`` for a region that is one assignment to one name or attribute, else None."""
    match statements:
        case [ast.Assign(targets=[ast.Name() | ast.Attribute(value=ast.Name()) as target])]:
            return f"{ast.unparse(target)} = ..."
        case [
            ast.AnnAssign(
                target=ast.Name() | ast.Attribute(value=ast.Name()) as target, value=ast.expr()
            )
        ]:
            return f"{ast.unparse(target)} = ..."
    return None


def _qualified_name(owners: tuple[Owner, ...]) -> str:
    """``function`` or ``Class.method``; functions inside of those are not named."""
    if isinstance(owners[0], ast.ClassDef) and len(owners) > 1:
        return f"{owners[0].name}.{owners[1].name}"
    return owners[0].name


def start_line(node: ast.stmt) -> int:
    """The line of a statement's first decorator, or of the statement."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
