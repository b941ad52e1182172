"""The builder: from one authored text file a lab to what students receive, the solution, and an nbgrader course."""

from __future__ import annotations

from stats220.staff.build.build import BuildReport, BuiltLab, build_all

__all__ = ["BuildReport", "BuiltLab", "build_all"]
