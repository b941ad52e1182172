"""``stats220 new``: the files of a new lab or exercise, complete enough to build, with the places to write marked."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from pathlib import Path

from stats220.errors import AuthorError
from stats220.staff.build.course import LAB_NAME, lab_module, read_course
from stats220.staff.build.scaffold_templates import (
    ATTEMPT,
    ATTEMPTS,
    CELLS,
    CHECKS,
    HIDDEN,
    LAB,
    REFERENCE,
)
from stats220.staff.build.spelling import nearest

PLACE = "WRITE"  # marks each place; what stands there works, and is to be replaced
POINTS = 3  # of a new exercise: two visible, one hidden


def new_lab(root: Path, lab: str) -> list[Path]:
    """Write the files of a lab with one exercise, and list it in ``course.toml``.

    Returns
    -------
    list of Path
        The files written or changed.

    Raises
    ------
    AuthorError
        Where the name is none, or something of the lab is there already.
    """
    course = read_course(root)
    if not LAB_NAME.fullmatch(lab):
        raise AuthorError(
            f"{lab!r} is no name for a lab",
            file="labs/",
            remedy=f"name it as {_proper(lab, course.labs)}: letters and a number, _, the module's name",
        )
    module = lab_module(lab)
    places = [
        f"labs/{lab}.py",
        f"stats220/reference/{module}",
        f"stats220/checks/{module}",
        f"tests/attempts/{lab}",
    ]
    taken = [place for place in places if (root / place).exists()]
    if taken or lab in course.labs:
        raise AuthorError(
            f"the lab {lab} is there already",
            file=(taken or ["labs/course.toml"])[0],
            remedy="choose another name, or add an exercise to it: stats220 new exercise",
        )
    title = f"Lab {''.join(filter(str.isdigit, lab.partition('_')[0])) or module}: {PLACE} a title"
    written = [
        _write(root, f"labs/{lab}.py", LAB.format(title=title, module=module, place=PLACE)),
        _write(
            root, f"stats220/reference/{module}/__init__.py", f'"""The answer key of {lab}."""\n'
        ),
        _write(
            root,
            f"stats220/reference/{module}/hidden/__init__.py",
            f'"""The hidden checks of {lab}."""\n',
        ),
        _write(root, f"stats220/reference/{module}/answers.md", "# Model answers\n"),
        _write(
            root,
            f"stats220/checks/{module}/__init__.py",
            f'"""The checks of {lab} that students can run."""\n',
        ),
    ]
    toml = root / "labs" / "course.toml"
    entry = f'\n[labs.{lab}]\ntitle = "{title}"\npoints = 0\n'
    toml.write_text(toml.read_text(encoding="utf-8").rstrip("\n") + "\n" + entry, encoding="utf-8")
    return [*written, *_add_exercise(root, lab, "first_exercise")]


def _proper(lab: str, known: Iterable[str]) -> str:
    """A name for a lab as near as can be to one that is none: of "decoding" lab7_decoding, where there are six."""
    numbers = [int(digits) for name in known for digits in re.findall(r"^lab(\d+)_", name)]
    words = re.sub(r"^(?:lab)?[\W\d_]*", "", lab.lower())
    module = re.sub(r"\W+", "_", words).strip("_") or "spikes"
    given = re.search(r"\d+", lab)
    return f"lab{given[0] if given else max(numbers, default=0) + 1}_{module}"


def new_exercise(root: Path, lab: str, name: str) -> list[Path]:
    """Write the files of an exercise: solved, its checks, hidden checks and attempts, and its cells at the end of the lab.

    Returns
    -------
    list of Path
        The files written or changed.

    Raises
    ------
    AuthorError
        Where there is no such lab, the name is none, or it is taken.
    """
    course = read_course(root)
    if lab not in course.labs:
        raise AuthorError(
            f"there is no lab {lab!r}{nearest(lab, course.labs)}",
            file="labs/course.toml",
            remedy=f"name one of {', '.join(course.labs)}, or write a new one: stats220 new lab {lab}",
        )
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise AuthorError(
            f"{name!r} is no name for an exercise",
            file=f"labs/{lab}.py",
            remedy="name it as a function, for example fit_line",
        )
    module = lab_module(lab)
    for room in (f"stats220/reference/{module}", f"stats220/checks/{module}"):
        for path in sorted((root / room).rglob("*.py")):
            if path.stem == name.lower() or re.search(
                rf"^(?:def|class) {name}\b", path.read_text(encoding="utf-8"), re.MULTILINE
            ):
                raise AuthorError(
                    f"{name} is there already",
                    file=path.relative_to(root).as_posix(),
                    remedy="choose another name",
                )
    return _add_exercise(root, lab, name)


def _add_exercise(root: Path, lab: str, name: str) -> list[Path]:
    module, file = lab_module(lab), name.lower()
    words = {"name": name, "module": module, "place": PLACE, "points": POINTS}
    path = root / "labs" / f"{lab}.py"
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n"
    number = f"{text.count('# %% exercise=') + 1}"
    path.write_text(text + CELLS.format(number=number, **words), encoding="utf-8")
    rooms = {
        f"stats220/reference/{module}": REFERENCE,
        f"stats220/checks/{module}": CHECKS,
        f"stats220/reference/{module}/hidden": HIDDEN,
    }
    written = [path]
    for room, template in rooms.items():
        written.append(_write(root, f"{room}/{file}.py", template.format(**words)))
        written.append(
            _export(
                root / room / "__init__.py",
                f"from {room.replace('/', '.')}.{file} import {name}",
                name,
            )
        )
    for kind, (points, code) in ATTEMPTS.items():
        attempt = ATTEMPT.format(name=name, place=PLACE, points=points, code=code)
        written.append(_write(root, f"tests/attempts/{lab}/{file}_{kind}.py", attempt))
    written.append(_add_points(root, lab))
    return written


def _write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _export(path: Path, line: str, name: str) -> Path:
    """Add an import, and the name to ``__all__`` where there is one."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    listed = re.search(r"__all__ = \[[^\]]*\]", text)
    if listed is None:
        text = f'{text.rstrip()}\n\n{line}\n\n__all__ = ["{name}"]\n'
    else:
        names = sorted([*re.findall(r"[\"'](\w+)[\"']", listed[0]), name])
        block = "__all__ = [\n" + "".join(f'    "{n}",\n' for n in names) + "]"
        text = f"{text[: listed.start()].rstrip()}\n{line}\n\n{block}{text[listed.end() :]}"
    path.write_text(text, encoding="utf-8")
    return path


def _add_points(root: Path, lab: str) -> Path:
    """Add the new exercise's points to the lab's total in ``course.toml``."""
    path = root / "labs" / "course.toml"
    head, marker, rest = path.read_text(encoding="utf-8").partition(f"[labs.{lab}]")
    rest = re.sub(
        r"^points = (\d+)",
        lambda m: f"points = {int(m[1]) + POINTS}",
        rest,
        count=1,
        flags=re.MULTILINE,
    )
    path.write_text(head + marker + rest, encoding="utf-8")
    return path
