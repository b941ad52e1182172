"""``stats220 publish``: what goes public, and nothing else: notebooks, wheel, manifest, a page for students, and keys that are due.

What was published stands in ``labs/published.json``, which is committed: the same version never gets other bytes.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stats220.errors import GradingError
from stats220.files import replacing
from stats220.staff.build.build import build_all
from stats220.staff.build.course import Course, LabEntry, read_course
from stats220.staff.build.problems import badge
from stats220.staff.build.published import RECORD, check_published, read_record
from stats220.staff.build.release import MANIFEST, read_manifest
from stats220.staff.build.spelling import nearest
from stats220.staff.build.wheel import read_version

MARKER = ".published-by-stats220"  # in a folder that may be emptied and written again
CHANGES = "CHANGELOG.md"

COLAB = "**On Colab**: click a badge, save a copy in Drive, run the first cell. "
README = """\
# {name}{term}

{table}

{colab}**On a laptop** (Python 3.11 or newer; Linux, macOS, Windows): download this folder (on GitHub *Code*, *Download ZIP*, and unpack it), and in it:

```sh
python -m venv labs            # an environment of its own
labs/bin/python -m pip install jupyterlab "{wheel}"      # on Windows: labs\\Scripts\\python
labs/bin/jupyter lab {first}.ipynb
```

PyTorch without CUDA is much smaller where there is no NVIDIA GPU: install `torch` and `torchvision` first, as
[pytorch.org](https://pytorch.org/get-started/locally/) says for your system. `labs/bin/python -m stats220 doctor` says what your machine lacks, and
`labs/bin/python -m stats220 validate {first}.ipynb` what grading would stumble over in your notebook; on Colab, in a cell, `!python -m stats220 doctor`.

Each notebook begins with *Start here*: its problems, points, how checks and grading work, and how to hand in.
{changes}"""


@dataclass(frozen=True)
class Published:
    """What was published.

    Attributes
    ----------
    place
        The folder or zip file.
    files
        What is in it.
    unlocked
        Labs whose key was published for the first time: the next wheel holds their solved exercises.
    badges
        Whether the page has badges that open the notebooks on Colab.
    """

    place: Path
    files: tuple[str, ...]
    unlocked: tuple[str, ...] = ()
    badges: bool = False


def publish(
    root: Path, to: Path, *, solutions: list[str] | None = None, now: datetime | None = None
) -> Published:
    """Write what students may see into a folder or zip file.

    Parameters
    ----------
    root
        The project.
    to
        A folder, new, empty or written by this before, or a ``.zip`` file.
    solutions
        Labs whose keys are published too, from now on: labs/course.toml then says that they are unlocked.
    now
        When it is, in the course's time zone; by default now.

    Raises
    ------
    GradingError
        Where the release is not that of the sources, a lab is not out yet or its key is not due, the version was published with other
        bytes, or the folder holds something else.
    """
    now, course = now or datetime.now(), read_course(root)
    asked = [_due_key(course, lab, now) for lab in dict.fromkeys(solutions or [])]
    # A key that is public stays so: it is in the wheel already.
    keys = [e for e in course.labs.values() if e in asked or (e.unlocked and e.released)]
    report = build_all(root, check=True)
    if not report.ok:
        raise GradingError(
            "\n".join(
                [*report.differences, "run `stats220 build` and commit release/ before you publish"]
            )
        )
    manifest = read_manifest(root / "release")
    labs = [entry for entry in course.labs.values() if entry.released]
    version, wheel = read_version(root), manifest["wheel"]
    record = _record(root, version, wheel["sha256"])
    with tempfile.TemporaryDirectory() as scratch:
        staged = Path(scratch, "public")
        staged.mkdir()
        for lab in labs:
            shutil.copyfile(root / "release" / f"{lab.name}.ipynb", staged / f"{lab.name}.ipynb")
        shutil.copyfile(root / "release" / wheel["file"], staged / wheel["file"])
        public = {**manifest, "labs": {lab.name: manifest["labs"][lab.name] for lab in labs}}
        (staged / MANIFEST).write_text(
            json.dumps(public, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        for key in keys:
            (staged / "solutions").mkdir(exist_ok=True)
            shutil.copyfile(
                root / "solutions" / f"{key.name}.ipynb", staged / "solutions" / f"{key.name}.ipynb"
            )
        changes = root / CHANGES
        if changes.is_file():
            shutil.copyfile(changes, staged / CHANGES)
        (staged / "README.md").write_text(
            _readme(course, labs, wheel["file"], changes.is_file()), encoding="utf-8"
        )
        files = tuple(
            sorted(p.relative_to(staged).as_posix() for p in staged.rglob("*") if p.is_file())
        )
        (_write_zip if to.suffix == ".zip" else _write_folder)(staged, to)
    (root / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    unlocked = tuple(key.name for key in keys if not key.unlocked)
    for name in unlocked:
        _unlock(root, name)
    return Published(to, files, unlocked, badges=bool(course.repository))


def _unlock(root: Path, lab: str) -> None:
    """Write into the course's file that a lab's key is public."""
    path = root / "labs" / "course.toml"
    text, title = path.read_text(encoding="utf-8"), f"[labs.{lab}]\n"
    if title not in text:
        raise GradingError(f"write unlocked = true below [labs.{lab}] in {path}: its key is public")
    text = text.replace(title, f"{title}unlocked = true  # its key is public\n", 1)
    path.write_text(text, encoding="utf-8")


def _record(root: Path, version: str, sha256: str) -> dict[str, str]:
    if why := check_published(root, version, sha256):
        raise GradingError(why)
    return {**read_record(root), version: sha256}


def _due_key(course: Course, lab: str, now: datetime) -> LabEntry:
    """The lab, if its key may be published now."""
    if lab not in course.labs:
        raise GradingError(
            f"there is no lab {lab!r}{nearest(lab, course.labs)}; there are {', '.join(course.labs)}"
        )
    entry = course.labs[lab]
    due = entry.solutions or entry.due
    if due is None:
        raise GradingError(
            f"{lab} has no date for its solutions: write solutions = 2026-02-10 below [labs.{lab}] in labs/course.toml"
        )
    if now < due:
        raise GradingError(f"the key of {lab} is not to be seen before {due:%Y-%m-%d %H:%M}")
    return entry


def _readme(course: Course, labs: list[LabEntry], wheel: str, has_changes: bool) -> str:
    rows = ["| lab | points | due | |", "|---|---|---|---|"]
    for lab in labs:
        due = f"{lab.due:%Y-%m-%d %H:%M}" if lab.due else ""
        rows.append(
            f"| [{lab.title}]({lab.name}.ipynb) | {lab.points} | {due} | {badge(course, lab.name)} |"
        )
    return README.format(
        name=course.name,
        term=f", {course.term}" if course.term else "",
        table="\n".join(rows),
        colab=COLAB if course.repository else "",
        wheel=course.address_of(wheel) or wheel,
        first=labs[0].name if labs else "lab",
        changes=f"\nWhat changed: [{CHANGES}]({CHANGES}).\n" if has_changes else "",
    )


def _write_folder(staged: Path, to: Path) -> None:
    """Write into a folder; what an earlier publishing left there goes, a repository's own files stay."""
    if to.exists() and not to.is_dir():
        raise GradingError(f"{to} is a file: name a folder, or a file that ends in .zip")
    marker = to / MARKER
    strangers = [path for path in to.glob("*") if path.name[0] != "."] if to.is_dir() else []
    if strangers and not marker.is_file():
        raise GradingError(
            f"{to} holds {strangers[0].name}, which was not published before: name an empty folder"
        )
    to.mkdir(parents=True, exist_ok=True)
    for name in marker.read_text(encoding="utf-8").splitlines() if marker.is_file() else []:
        path = to / name
        if path.is_file() and to.resolve() in path.resolve().parents:
            path.unlink()
    names = []
    for path in sorted(staged.rglob("*")):
        target = to / path.relative_to(staged)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            shutil.copyfile(path, target)
            names.append(path.relative_to(staged).as_posix())
    marker.write_text("\n".join(names) + "\n", encoding="utf-8")


def _write_zip(staged: Path, to: Path) -> None:
    with (
        replacing(to) as scratch,
        zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for path in sorted(staged.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(staged).as_posix())
