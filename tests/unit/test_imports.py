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
    "arrays": {"errors"},
    "data": {"errors", "arrays"},
    "plotting": {"errors", "arrays"},
    "models": {"errors", "arrays", "data"},
    "checks": {"errors", "arrays", "data"},
    "widgets": {"errors", "arrays", "plotting"},
    "reference": {"errors", "arrays", "data", "models", "plotting", "checks", "widgets"},
    "staff": {"errors", "arrays", "data", "models", "plotting", "checks", "widgets", "reference"},
    "__init__": set(),
}


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
        ("checks/pose.py", "from stats220.reference.pose import train"),
        ("checks/pose.py", "import stats220.staff.cli"),
        ("plotting/pose.py", "from ..data import pose"),
        ("data/pose.py", "from stats220 import plotting"),
        ("reference/pose/loss.py", "from stats220.staff import build"),
        ("arrays.py", "from stats220.data import pose"),
    ],
)
def test_a_wrong_import_is_seen(file: str, line: str) -> None:
    assert violations(ast.parse(line), PACKAGE / file)


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ["torch", "numpy", "scipy", "matplotlib", "IPython"]
    code = f"import stats220, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
