"""The project's own files agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONDA_NAMES = {"pytorch": "torch"}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]  # type: ignore[no-any-return]


def requirements(lines: list[str]) -> dict[str, str]:
    parsed = [Requirement(line) for line in lines]
    return {
        canonicalize_name(CONDA_NAMES.get(one.name, one.name)): str(one.specifier) for one in parsed
    }


def test_environment_yml_asks_for_what_pyproject_asks_for(root: Path, project: dict) -> None:
    environment = yaml.safe_load((root / "environment.yml").read_text())["dependencies"]
    conda = [line for line in environment if isinstance(line, str) and line != "pip"]
    (pip,) = [line["pip"] for line in environment if isinstance(line, dict)]
    listed = requirements(conda + [line for line in pip if not line.startswith("-")])
    python = listed.pop("python")
    wanted = requirements(project["dependencies"] + project["optional-dependencies"]["staff"])
    assert listed == wanted
    assert python == project["requires-python"]


def test_constraints_pin_every_requirement_without_an_address(root: Path, project: dict) -> None:
    lines = [
        line
        for line in (root / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line) for line in lines)
    pinned = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines}
    extras = project["optional-dependencies"]
    for text in sum(extras.values(), project["dependencies"]):
        wanted = Requirement(text)
        if wanted.name == "stats220":  # an extra that names others
            continue
        assert pinned[canonicalize_name(wanted.name)] in wanted.specifier, text


def test_license_readme_and_changelog_are_there(root: Path) -> None:
    assert (root / "LICENSE").read_text().startswith("MIT License")
    version = re.search(r'__version__ = "(.+)"', (root / "stats220/__init__.py").read_text())
    assert version is not None
    assert f"## {version[1]}" in (root / "CHANGELOG.md").read_text()
