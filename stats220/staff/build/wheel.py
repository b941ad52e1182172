"""The student wheel: stats220 without the answer key and the staff's tools.

hatchling builds it from a copy of the student's part; it is then packed again without compression, in the order of
names and with one date, because compressed bytes differ between versions of zlib.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.wheel import WheelBuilder

from stats220.errors import AuthorError
from stats220.staff.build.names import imported_modules
from stats220.staff.build.sourcefile import SourceFile

PACKAGE = "stats220"
INDEX = "release.json"  # beside the package's own __init__.py
STAFF_ONLY = ("reference", "staff")
STUDENT_EXTRAS = ("recordings", "cameras", "pretrained", "posterior", "fast")
COPIED = ("name", "description", "requires-python", "license", "license-files", "dependencies")
DATE = (2020, 1, 1, 0, 0, 0)
VERSION = re.compile(r"__version__ = \"([0-9a-z.+]+)\"")


def read_version(root: Path) -> str:
    """The package's version, as ``stats220/__init__.py`` says it."""
    file = SourceFile.read(root, root / PACKAGE / "__init__.py", remedy="write it")
    for text in file.lines:
        match = VERSION.fullmatch(text.strip())
        if match:
            return match[1]
    raise file.error("the package has no version", line=1, remedy='write: __version__ = "0.1.0"')


def wheel_name(version: str) -> str:
    """The file name of the student wheel."""
    return f"{PACKAGE}-{version}-py3-none-any.whl"


def student_files(root: Path) -> list[Path]:
    """Files of the package that students receive, sorted."""
    package = root / PACKAGE
    return sorted(
        path
        for path in package.rglob("*")
        if path.is_file()
        and path.relative_to(package).parts[0] not in STAFF_ONLY
        and "__pycache__" not in path.parts
        and not path.name.startswith(".")
    )


def released_files(root: Path, without: set[str], unlocked: set[str]) -> list[Path]:
    """What goes into the wheel: no checks of labs that are not released, and the solved exercises of those whose key is public."""
    hidden = {root / PACKAGE / "checks" / module for module in without}
    files = [path for path in student_files(root) if not hidden & set(path.parents)]
    reference = root / PACKAGE / "reference"
    keys = [path for module in unlocked for path in (reference / module).glob("*.py")]
    return sorted([*files, *keys, *[reference / "__init__.py"] * bool(keys)])


def build_id(root: Path, index: dict[str, Any], without: set[str], unlocked: set[str]) -> str:
    """What tells this build from others of the same version: a digest of all that the wheel holds."""
    digest = hashlib.sha256(json.dumps(index, sort_keys=True).encode())
    for path in released_files(root, without, unlocked):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def check_student_imports(root: Path) -> None:
    """Raise AuthorError where a module that students receive imports one that they do not."""
    for path in student_files(root):
        if path.suffix != ".py":
            continue
        file = SourceFile.read(root, path, remedy="write it")
        package = ".".join(path.relative_to(root).parent.parts)
        for name, line in imported_modules(file.tree, package):
            if name.split(".")[:2] in [[PACKAGE, part] for part in STAFF_ONLY]:
                raise file.error(
                    f"a module of the student's part imports {name}, which students do not have",
                    line=line,
                    remedy="move what it needs into the student's part",
                )


def build_wheel(
    root: Path, folder: Path, index: dict[str, Any], *, without: set[str], unlocked: set[str]
) -> Path:
    """Build the student wheel into `folder`; the same sources give the same bytes.

    Parameters
    ----------
    root, folder
        The project, and where the wheel goes.
    index
        What the wheel says of its release, see `stats220.student.index`.
    without
        Modules of labs that are not released: their checks stay out.
    unlocked
        Modules of labs whose key is public: their solved exercises go in, hidden checks and model answers never.
    """
    check_student_imports(root)
    version = read_version(root)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        for path in released_files(root, without, unlocked):
            target = tree / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        (tree / PACKAGE / INDEX).write_text(
            json.dumps(index, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        (tree / "pyproject.toml").write_text(_pyproject(root, tree), encoding="utf-8")
        [built] = WheelBuilder(str(tree)).build(directory=scratch, versions=["standard"])
        target = folder / wheel_name(version)
        _pack_again(Path(built), target)
    return target


def _pyproject(root: Path, tree: Path) -> str:
    """The student wheel's pyproject: name, requirements and students' extras of the project, no commands."""
    file = SourceFile.read(root, root / "pyproject.toml", remedy="write it")
    try:
        project: dict[str, Any] = tomllib.loads(file.text)["project"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise file.error(
            f"pyproject.toml cannot be read: {error}", line=1, remedy="mend it"
        ) from None
    for name in project.get("license-files", []):
        if not (root / name).is_file():
            raise AuthorError(f"there is no {name}", file="pyproject.toml", remedy="write it")
        shutil.copyfile(root / name, tree / name)
    lines = [
        "[build-system]",
        'requires = ["hatchling"]',
        'build-backend = "hatchling.build"',
        "",
        "[project]",
    ]
    lines += [f"{key} = {_toml(project[key])}" for key in COPIED if key in project]
    extras = project.get("optional-dependencies", {})
    lines += [
        'dynamic = ["version"]',
        "",
        "[tool.hatch.version]",
        f'path = "{PACKAGE}/__init__.py"',
        "",
    ]
    offered = [name for name in STUDENT_EXTRAS if name in extras]
    lines += ["[project.optional-dependencies]"] * bool(offered)
    lines += [f"{name} = {_toml(extras[name])}" for name in offered]
    lines += [
        "",
        "[tool.hatch.build.targets.wheel]",
        f'packages = ["{PACKAGE}"]',
        "ignore-vcs = true",
        # The first with license expressions; hatchling's default changes from version to version.
        'core-metadata-version = "2.4"',
        "",
    ]
    return "\n".join(lines)


def _toml(value: str | list[str]) -> str:
    """A string or list of strings as TOML, whose literal strings take what requirements hold."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "[" + ", ".join(_toml(item) for item in value) + "]"


def _pack_again(built: Path, target: Path) -> None:
    """Copy an archive's entries in the order of their names, stored as they are, with one date and mode."""
    with (
        zipfile.ZipFile(built) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed,
    ):
        for name in sorted(source.namelist(), key=lambda name: (".dist-info/" in name, name)):
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system = 3  # unix, wherever it is built
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, source.read(name))
