"""The rooms import one way, and students' imports stay light: read from the source, not from memory."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "stats220"

# What each room may import besides itself; everything may import the package's own version.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "verdicts": set(),
    "files": set(),
    "kernels": set(),
    "arrays": {"errors"},
    "data": {"errors", "arrays"},
    "plotting": {"errors", "arrays"},
    "line": {"errors", "arrays"},
    "checkpoints": {"errors", "files", "kernels", "data", "line"},
    "models": {"errors", "arrays", "data", "checkpoints"},
    "checks": {"errors", "verdicts", "kernels", "arrays", "data", "line"},
    "widgets": {"errors", "arrays", "plotting"},
    "student": {"errors", "files", "kernels", "arrays", "data", "line", "checks"},
    "__init__": {"student"},
}
STUDENTS = set(MAY_IMPORT) - {"__init__"}
MAY_IMPORT |= {"reference": STUDENTS, "staff": STUDENTS | {"reference"}, "__main__": set()}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported(tree: ast.Module, path: Path) -> Iterator[tuple[int, str]]:
    """Each import of a room of the package, with its line."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = ["stats220", *path.relative_to(PACKAGE).parts[:-1]]
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "stats220" and len(parts) > 1:
                yield node.lineno, parts[1]


def violations(tree: ast.Module, path: Path) -> list[str]:
    room = room_of(path)
    return [
        f"{path.name}:{line}: {room} imports {imported}"
        for line, imported in rooms_imported(tree, path)
        if imported not in {room, "__version__"} | MAY_IMPORT[room]
    ]


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    assert violations(ast.parse(path.read_text()), path) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("checks/pose/loss.py", "from stats220.reference.pose import train"),
        ("checks/pose/loss.py", "import stats220.staff.cli"),
        ("line/proxy.py", "from stats220.checks.compare import close"),
        ("plotting/pose.py", "from ..data import pose"),
        ("data/pose.py", "from stats220 import plotting"),
        ("reference/pose/loss.py", "from stats220.staff import build"),
        ("arrays.py", "from stats220.data import pose"),
    ],
)
def test_a_wrong_import_is_seen(file: str, line: str) -> None:
    assert violations(ast.parse(line), PACKAGE / file)


def circles(edges: dict[str, set[str]]) -> list[str]:
    """Modules from which their own imports lead back to them."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        stack = [start]
        while stack:
            for module in edges[stack.pop()] - seen:
                seen.add(module)
                stack.append(module)
        return seen

    return [module for module in edges if module in reached(module)]


def modules_imported(path: Path, modules: set[str]) -> set[str]:
    """Modules of the package that a file's own body or functions import, annotations' imports too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & modules
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            found |= submodules or {node.module} & modules
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    files = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
        for path in FILES
        if path.name != "__init__.py"  # they gather what their folder's files define
    }
    assert circles({name: modules_imported(path, set(files)) for name, path in files.items()}) == []


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("stats220", ["torch", "numpy", "scipy", "matplotlib", "IPython"]),
        # Who hires workers waits for them anyway, while they import.
        ("stats220.staff.grade.course", ["torch", "scipy", "matplotlib", "lark"]),
        ("stats220.staff.grade.attempts", ["torch", "scipy", "matplotlib", "lark"]),
    ],
)
def test_importing_it_loads_nothing_heavy(module: str, heavy: list[str]) -> None:
    code = f"import {module}, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


CHECKS = [*PACKAGE.glob("checks/**/*.py"), *PACKAGE.glob("reference/*/hidden/**/*.py")]


def test_checks_make_no_optimizer() -> None:
    """The first one of a process imports a thousand modules, in each process that grades; `checks.make` makes one at the student's end."""
    made = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in CHECKS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("torch.optim.")
    ]
    assert len(CHECKS) > 50
    assert made == []


UNIX = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios"}


def test_what_students_import_is_on_windows_too() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if room_of(path) in STUDENTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and UNIX & {str(getattr(node, "module", "")), *(alias.name for alias in node.names)}
    ]
    assert found == []


@pytest.mark.parametrize("room", sorted(STUDENTS))
def test_texts_of_students_are_utf_8_whatever_their_console_has(room: str) -> None:
    """Windows' own is cp1252, so a path's `read_text` and `write_text` name theirs."""
    paths = [p for p in PACKAGE.rglob("*.py") if room_of(p) == room]
    found = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in paths
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("read_text", "write_text")
        and not any(word.arg == "encoding" for word in call.keywords)
        and not any(ast.unparse(argument) in ("'utf-8'", "'ascii'") for argument in call.args)
    ]
    assert paths
    assert found == []
