"""``stats220 gradescope``: an autograder for Gradescope that grades by the same code, packed as the zip that it takes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from stats220.staff.build.release import Release
from stats220.staff.export.zips import write_zip

PACKAGE = Path(__file__).resolve().parents[2]

SETUP = """\
#!/usr/bin/env bash
# Run once, when Gradescope builds the image. Choose its Ubuntu 24.04 image: it has Python 3.11 or newer.
set -euo pipefail
# The smaller CPU build of PyTorch: put the index that pytorch.org names for it between the quotes.
TORCH_INDEX="${TORCH_INDEX:-}"
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    apt-get install -qq -y --no-install-recommends python3-venv bubblewrap libseccomp2
fi
python3 -m venv "$HERE/.venv"
if [ -n "$TORCH_INDEX" ]; then
    "$HERE/.venv/bin/pip" install --quiet torch torchvision --index-url "$TORCH_INDEX"
fi
"$HERE/.venv/bin/pip" install --quiet --constraint "$HERE/constraints.txt" --requirement "$HERE/requirements.txt"
"""

RUN = """\
#!/usr/bin/env bash
# Run for each submission. Other places than /autograder are for trying it out.
set -euo pipefail
AUTOGRADER="${{AUTOGRADER:-/autograder}}"
SOURCE="$AUTOGRADER/source"
export PYTHONPATH="$SOURCE" PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
cd "$SOURCE"
exec "${{PYTHON:-$SOURCE/.venv/bin/python}}" -m stats220.staff.export.autograder {lab} "$AUTOGRADER" {isolation}
"""


def write_autograder(root: Path, lab: str, path: Path, *, isolation: str = "bwrap") -> list[str]:
    """Write the zip: the grader, the released lab and its hidden checks; no answer is in it.

    Parameters
    ----------
    root
        The repository.
    lab
        For example ``lab4_pose``.
    path
        Where the zip goes.
    isolation
        "bwrap": each submission in a sandbox, or not at all. "none": without one.

    Returns
    -------
    list of str
        The names in it.

    Raises
    ------
    GradingError
        There is no such release, or the zip cannot be written.
    """
    release = Release.load(root, lab)
    files = _files(root, release, isolation)
    return write_zip(path, files, executable=("setup.sh", "run_autograder"))


def _files(root: Path, release: Release, isolation: str) -> Iterator[tuple[str, bytes]]:
    yield "setup.sh", SETUP.encode()
    yield "run_autograder", RUN.format(lab=release.lab, isolation=isolation).encode()
    yield "requirements.txt", "\n".join([*_requirements(root), ""]).encode()
    constraints = root / "constraints.txt"
    yield "constraints.txt", constraints.read_bytes() if constraints.is_file() else b""
    yield "labs/course.toml", (root / "labs" / "course.toml").read_bytes()
    yield "release/manifest.json", (root / "release" / "manifest.json").read_bytes()
    for file in (release.path, release.wheel):
        yield f"release/{file.name}", file.read_bytes()
    key, hidden = PACKAGE / "reference", PACKAGE / "reference" / release.module / "hidden"
    for file in sorted(PACKAGE.rglob("*")):
        inside = file.relative_to(PACKAGE)
        if not file.is_file() or file.suffix == ".pyc":
            continue
        if file.is_relative_to(key) and not file.is_relative_to(hidden):
            continue
        yield f"{PACKAGE.name}/{inside.as_posix()}", file.read_bytes()
    # Of the answer key only the packages that hold the hidden checks, empty.
    for package in ("reference", f"reference/{release.module}"):
        yield f"{PACKAGE.name}/{package}/__init__.py", b""


def _requirements(root: Path) -> list[str]:
    """What the grader needs, from the project's own file."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return []
    project = tomllib.loads(path.read_text("utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["staff"]]
