"""``labs/course.toml``: what the course is, which labs it has, what each is worth."""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from stats220.errors import AuthorError
from stats220.staff.build.latepolicy import LATE_KEYS, LatePolicy, read_late
from stats220.staff.build.sourcefile import SourceFile

FORMAT = """the format is
         [course]
         name = "STATS 220"
         term = "Winter 2026"
         repository = "stanford/stats220-labs"  # optional, as are ref, wheel_url, hand_in, late_policy, collaboration
         [labs.lab4_pose]
         title = "Lab 4: Pose tracking"
         points = 35
         due = 2026-02-06T23:59:00  # optional, as are out and solutions
         [late]  # optional, as is each line of it
         timezone = "America/Los_Angeles"
         free_days = 3
         percent_a_day = 10
         max_days = 5
         grace_minutes = 15"""
COURSE_KEYS: dict[str, type] = dict.fromkeys(
    ("name", "term", "wheel_url", "repository", "ref", "hand_in", "late_policy", "collaboration"),
    str,
)
DATES = ("out", "due", "solutions")
LAB_KEYS: dict[str, type] = {
    "title": str,
    "points": int,
    "released": bool,
    "unlocked": bool,
    "allowed": list,
    **dict.fromkeys(DATES, date),
}
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
RAW = "https://raw.githubusercontent.com/{repository}/{ref}/{wheel}"
LAB_NAME = re.compile(r"[a-z]+[0-9]*_[a-z][a-z0-9_]*")
WHEEL_URL = re.compile(r"https?://[^\s\"'\\{}]+\.whl")


@dataclass(frozen=True)
class Allowed:
    """A statement of the key that may stand in what students receive, and why."""

    statement: str
    reason: str
    line: int


@dataclass(frozen=True)
class LabEntry:
    """What ``course.toml`` says about one lab; dates are of the course's own time zone, a date alone means its last minute."""

    name: str
    title: str
    points: int
    line: int
    allowed: tuple[Allowed, ...] = ()
    released: bool = True
    unlocked: bool = False  # its reference is in the wheel: `stats220 publish --solutions` writes it, after the date
    out: datetime | None = None
    due: datetime | None = None
    solutions: datetime | None = None


@dataclass(frozen=True)
class Course:
    """``labs/course.toml``, checked.

    Attributes
    ----------
    repository, ref
        Where the release is published on GitHub, "owner/name" and a branch or tag: they give the badge and the wheel's address.
    hand_in, late_policy, collaboration
        Sentences for the page *Start here* of each lab.
    late
        What a late submission costs.
    """

    name: str
    labs: dict[str, LabEntry]
    source: SourceFile
    term: str = ""
    wheel_url: str = ""
    repository: str = ""
    ref: str = "main"
    hand_in: str = ""
    late_policy: str = ""
    collaboration: str = ""
    late: LatePolicy = field(default_factory=LatePolicy)

    def address_of(self, wheel: str) -> str:
        """Where students' notebooks fetch the wheel; empty: it lies beside them."""
        if self.wheel_url or not self.repository:
            return self.wheel_url
        return RAW.format(repository=self.repository, ref=self.ref, wheel=wheel)


def read_course(root: Path) -> Course:
    """Read ``labs/course.toml`` of the project at `root`; raises AuthorError at the line that is wrong."""
    source = SourceFile.read(root, root / "labs" / "course.toml", remedy=f"write it; {FORMAT}")
    try:
        content = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        position = re.search(r"at line (\d+)", str(error))
        line = int(position[1]) if position else len(source.lines)
        raise source.error(f"this is not TOML: {error}", line=line, remedy=FORMAT) from None
    tables: dict[str, type] = dict.fromkeys(("course", "labs", "late"), dict)
    _expect(source, content, tables, required={"course", "labs"}, where="")
    _expect(source, content["course"], COURSE_KEYS, required={"name"}, where="[course]")
    url = content["course"].get("wheel_url", "")
    if url and not WHEEL_URL.fullmatch(url):
        raise source.error(
            f"{url!r} is no address of a wheel",
            line=source.line_of("wheel_url"),
            remedy='write wheel_url = "https://.../stats220-0.1.0-py3-none-any.whl", or "" for a wheel beside the notebook',
        )
    repository = content["course"].get("repository", "")
    if repository and not REPOSITORY.fullmatch(repository):
        raise source.error(
            f"{repository!r} is no repository",
            line=source.line_of("repository"),
            remedy='write repository = "owner/name", as GitHub names it',
        )
    entries = {name: _read_lab(source, name, value) for name, value in content["labs"].items()}
    late = content.get("late", {})
    _expect(source, late, LATE_KEYS, required=set(), where="[late]")
    return Course(labs=entries, source=source, late=read_late(source, late), **content["course"])


def find_labs(root: Path, course: Course) -> dict[str, Path]:
    """Find the labs that the course lists, in the order of their names.

    Raises
    ------
    AuthorError
        Where the folder and ``course.toml`` do not list the same labs, two labs share a name, or a notebook lies there.
    """
    found: dict[str, Path] = {}
    modules: dict[str, Path] = {}
    for path in sorted((root / "labs").iterdir()):
        name = f"labs/{path.name}"
        if path.suffix == ".ipynb":
            raise AuthorError(
                "a notebook, outputs and all, lies among the lab sources",
                file=name,
                remedy="delete it: `stats220 build` writes the notebooks to release/ and solutions/",
            )
        if path.suffix == ".py":
            module = lab_module(path.stem).lower()
            if module in modules:
                raise AuthorError(
                    f"two labs have one name: this one and {modules[module].name} are both {module!r}",
                    file=name,
                    remedy="rename one; neither the number nor capitals tell labs apart",
                )
            modules[module] = found[path.stem] = path
    for lab, path in found.items():
        if not LAB_NAME.fullmatch(lab):
            raise AuthorError(
                f"{lab!r} is no name for a lab",
                file=f"labs/{path.name}",
                remedy="name it as lab4_pose.py: a lab's module is what follows the first underscore",
            )
        if lab not in course.labs:
            raise AuthorError(
                f"course.toml does not list the lab {lab!r}",
                file=f"labs/{path.name}",
                remedy=f"add [labs.{lab}] with title and points to labs/course.toml",
            )
    for entry in course.labs.values():
        if entry.name not in found:
            raise course.source.error(
                f"there is no labs/{entry.name}.py",
                line=entry.line,
                remedy="write the lab, or take its table out of course.toml",
            )
    return found


def lab_module(lab: str) -> str:
    """The module of a lab: its name less the number, ``lab4_pose`` -> ``pose``."""
    return lab.partition("_")[2]


def _read_lab(source: SourceFile, name: str, value: Any) -> LabEntry:
    where = f"[labs.{name}]"
    if not isinstance(value, dict):
        raise source.error(f"{name} is no table", line=source.line_of(name), remedy=FORMAT)
    _expect(source, value, LAB_KEYS, required={"title", "points"}, where=where)
    line = source.line_of(where)
    if value["points"] < 1:
        raise source.error(
            f"{where} has no points", line=line, remedy="give points = N, at least 1"
        )
    allowed = tuple(_read_allowed(source, where, item) for item in value.get("allowed", []))
    dates = {key: _moment(value[key]) for key in DATES if key in value}
    entry = LabEntry(
        name,
        value["title"],
        value["points"],
        line,
        allowed,
        released=value.get("released", True),
        unlocked=value.get("unlocked", False),
        **dates,
    )
    moments = [moment for moment in (entry.out, entry.due, entry.solutions) if moment]
    if moments != sorted(moments):
        raise source.error(
            f"{where} goes out, is due and gets its solutions in another order",
            line=line,
            remedy="let out come before due, and due before solutions",
        )
    return entry


def _moment(value: date) -> datetime:
    """A date as its last minute; a time without its zone, which is the course's own."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, time(23, 59))


def _read_allowed(source: SourceFile, where: str, item: Any) -> Allowed:
    keys: dict[str, type] = {"statement": str, "reason": str}
    if not isinstance(item, dict):
        item = {}
    _expect(source, item, keys, required=set(keys), where=f"[{where}.allowed]".replace("][", ""))
    statement: str = item["statement"]
    line = source.line_of(statement.strip().splitlines()[0] if statement.strip() else "statement")
    try:
        empty = not ast.parse(statement).body
    except SyntaxError:
        empty = True
    if empty or not item["reason"].strip():
        raise source.error(
            "an exception to the leak check needs a Python statement and a reason",
            line=line,
            remedy='write statement = "..." as it stands in the key, and reason = "why students may see it"',
        )
    return Allowed(statement, item["reason"], line)


def _expect(
    source: SourceFile,
    table: dict[str, Any],
    keys: dict[str, type],
    *,
    required: set[str],
    where: str,
) -> None:
    """Raise AuthorError where a table lacks a key, has an unknown one, or one of the wrong type."""
    for key, value in table.items():
        if key not in keys:
            raise source.error(
                f"unknown key {key!r} in {where or 'course.toml'}",
                line=source.line_of(key),
                remedy=f"known keys: {', '.join(sorted(keys))}",
            )
        if not isinstance(value, keys[key]) or (isinstance(value, bool) and keys[key] is not bool):
            raise source.error(
                f"{where} {key} is not of type {keys[key].__name__}".strip(),
                line=source.line_of(key, "="),
                remedy=FORMAT,
            )
    for key in sorted(required - table.keys()):
        raise source.error(
            f"{where or 'course.toml'} lacks {key!r}", line=source.line_of(where), remedy=FORMAT
        )
