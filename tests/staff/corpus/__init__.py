"""Broken, crashing and cheating submissions to any released lab, each with the points that it must get."""

from corpus import broken, cheating, crashing, honest
from corpus.cases import CASES, Case, Lab

__all__ = ["CASES", "Case", "Lab", "broken", "cheating", "crashing", "honest"]
