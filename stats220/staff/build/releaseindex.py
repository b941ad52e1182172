"""What the wheel says of the release that it belongs to: the labs' problems, and which cells are the course's own."""

from __future__ import annotations

import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stats220.staff.build.course import Course
from stats220.staff.build.notebooks import LOCKED_ROLES, lab_cells
from stats220.staff.build.problems import problems_of
from stats220.staff.build.release import read_manifest
from stats220.staff.build.sources import Sources
from stats220.staff.build.wheel import INDEX, PACKAGE
from stats220.student.index import Index, fingerprint, parse_index


def make_index(course: Course, labs: dict[str, Sources]) -> dict[str, Any]:
    """The index of these labs; it holds names and digests, and nothing of the key."""
    return {
        "course": {
            "name": course.name,
            "repository": course.repository,
            "ref": course.ref,
            "hand_in": course.hand_in,
        },
        "labs": {name: _lab(course, sources) for name, sources in labs.items()},
    }


def index_of(root: Path) -> Index | None:
    """The index in the wheel that was released last; None where there is none."""
    wheel = root / "release" / read_manifest(root / "release")["wheel"]["file"]
    with zipfile.ZipFile(wheel) as packed:
        return parse_index(packed.read(f"{PACKAGE}/{INDEX}").decode())


def _lab(course: Course, sources: Sources) -> dict[str, Any]:
    cells = lab_cells(sources, course)
    return {
        "title": sources.lab.title,
        "module": sources.lab.module,
        "points": sources.core_points(),
        "problems": [asdict(problem) for problem in problems_of(sources)],
        "locked": {
            c.id: fingerprint(c.source) for c in cells if c.metadata.stats220.role in LOCKED_ROLES
        },
        "stubs": {
            c.metadata.stats220.name: fingerprint(c.source)
            for c in cells
            if c.metadata.stats220.role in ("exercise", "answer")
        },
    }
