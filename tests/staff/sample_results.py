"""Results of grading, made up for the tests of the pages: the schema of ``results/<student>/<lab>.json``."""

from __future__ import annotations

import random
from typing import Any

import nbformat
from nbformat import NotebookNode

Json = dict[str, Any]

LOSS = '''def bernoulli_loss(logits, targets):
    """Mean negative log likelihood of binary targets."""
    # the sign is the wrong way round, and exp overflows
    probabilities = 1 / (1 + torch.exp(-logits))
    return (targets * torch.log(probabilities) + (1 - targets) * torch.log(1 - probabilities)).mean()
'''


def make_check(what: str = "gives the mean", status: str = "passed", **changes: Any) -> Json:
    maximum = changes.pop("max_points", 2)
    return {
        "what": what,
        "points": maximum if status == "passed" else 0,
        "max_points": maximum,
        "status": status,
        "message": "",
        "hint": "",
        "seconds": 0.1,
        "hidden": False,
    } | changes


def make_exercise(name: str, *checks: Json, **changes: Any) -> Json:
    points = sum(check["points"] for check in checks)
    maximum = sum(check["max_points"] for check in checks)
    statuses = {check["status"] for check in checks}
    status = statuses.pop() if len(statuses) == 1 else ("partial" if points else "failed")
    return {
        "name": name,
        "points": points,
        "max_points": maximum,
        "bonus": False,
        "status": status,
        "seconds": 0.2,
        "message": "",
        "checks": list(checks),
        "memorized": False,
    } | changes


def make_question(name: str, answer: str = "", max_points: int = 4) -> Json:
    return {
        "name": name,
        "max_points": max_points,
        "answered": bool(answer),
        "answer": answer,
        "candidates": [],
    }


def make_result(*exercises: Json, **changes: Any) -> Json:
    def total(key: str, bonus: bool) -> float:
        return sum(exercise[key] for exercise in exercises if exercise["bonus"] == bonus)

    return {
        "schema": 2,
        "student": "ada",
        "lab": "lab4_pose",
        "score": total("points", False),
        "max_score": total("max_points", False),
        "bonus": total("points", True),
        "max_bonus": total("max_points", True),
        "isolation": "bwrap",
        "memory_limit": "cgroup",
        "seed": 7,
        "submission_sha256": "0123456789abcdef" * 4,
        "seconds": 3.21,
        "mended": [],
        "notes": [],
        "exercises": list(exercises),
        "questions": [],
        "cells": [],
    } | changes


def make_notebook(sources: dict[str, str], other: str = "x = 1") -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(other, id="given_1")]
    for number, (name, source) in enumerate(sources.items()):
        cell = nbformat.v4.new_code_cell(source, id=f"exercise_{number}")
        cell.metadata["stats220"] = {"role": "exercise", "name": name}
        cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells)


# The exercises of a lab: name, bonus, and checks as (what, points, hidden, hint, message of a failure).
LAB: list[tuple[str, bool, list[tuple[str, int, bool, str, str]]]] = [
    (
        "preprocess",
        False,
        [
            (
                "puts the channels first",
                2,
                False,
                "`permute`, not `reshape`: reshape keeps the order in memory and scrambles the picture.",
                "shape (4, 5, 3), expected (3, 4, 5)",
            ),
            (
                "normalises each channel",
                2,
                True,
                "Divide by 255 first, then subtract the mean and divide by the standard deviation of each channel.",
                "max |difference| 114.2 at (0, 1, 3): got 114.9, expected 0.67",
            ),
        ],
    ),
    (
        "keypoint_masks",
        False,
        [
            (
                "marks the nearest pixel",
                2,
                False,
                "x counts columns and y counts rows: the mask is indexed [y, x].",
                "max |difference| 1 at (0, 3, 7): got 0, expected 1 (tolerance 0)",
            ),
            (
                "leaves the mask of a NaN empty",
                2,
                True,
                "A key point that was not labelled is NaN, and NaN cannot be made an integer.",
                "ValueError: `mask[i, round(y), round(x)] = 1`",
            ),
        ],
    ),
    (
        "TemplatePoseTracker",
        False,
        [
            (
                "has one Conv2d named template",
                2,
                False,
                "Name it `self.template`.",
                "AttributeError: no attribute 'template'",
            ),
            (
                "gives logits as large as the picture",
                3,
                False,
                "An odd kernel keeps the size with padding (kernel - 1) / 2.",
                "shape (1, 3, 62, 70), expected (1, 3, 64, 72)",
            ),
            (
                "takes pictures of any size",
                3,
                True,
                "Interpolate to the size of the input, not by a factor.",
                "shape (1, 3, 60, 68), expected (1, 3, 61, 71)",
            ),
        ],
    ),
    (
        "bernoulli_loss",
        False,
        [
            (
                "is the mean negative log likelihood of moderate logits",
                2,
                False,
                "Each pixel costs log(1 + e^a) - y·a. Average over all of them, and mind the sign.",
                "max |difference| 1.38629 at (): got -0.693147, expected 0.693147 (tolerance 1e-05)",
            ),
            (
                "is exact for logits of ±1000",
                2,
                False,
                "e^1000 is inf, and log(0) is -inf. Factor out m = max(0, a), pixel by pixel.",
                "got nan, expected 348.13",
            ),
            (
                "works for any number of leading axes",
                2,
                True,
                "Average over every axis there is.",
                "IndexError: `return losses.mean(dim=3)`",
            ),
        ],
    ),
    (
        "upsample_template",
        True,
        [
            (
                "weighs each pixel by 1 / factor²",
                4,
                False,
                "An average, not a sum: divide by the number of pixels in a block.",
                "max |difference| 3 at (0, 0, 0): got 4, expected 1",
            )
        ],
    ),
]


def simulate_class(num_students: int, seed: int = 0) -> list[Json]:
    """A class in which students differ in skill and checks in difficulty, with a few odd submissions."""
    rng = random.Random(seed)
    results = []
    for number in range(num_students):
        skill = rng.gauss(0.75, 0.35)
        exercises = []
        for position, (name, bonus, checks) in enumerate(LAB):
            attempted = rng.random() < skill + 0.5 - 0.08 * position
            lost = attempted and rng.random() < 0.02
            made = []
            for place, (what, points, hidden, hint, message) in enumerate(checks):
                status = "passed" if rng.random() < skill - 0.12 * place else "failed"
                status = "lost" if lost else status if attempted else "not attempted"
                shown = message if status == "failed" else ""
                made.append(
                    make_check(
                        what, status, max_points=points, hidden=hidden, hint=hint, message=shown
                    )
                )
            exercises.append(make_exercise(name, *made, bonus=bonus))
            if lost:
                exercises[-1]["message"] = rng.choice(
                    ["no answer within 20 s", "killed: out of memory (2 GB)"]
                )
        mended = (
            ["cell test_dilate was deleted and has been put back"] if rng.random() < 0.05 else []
        )
        results.append(
            make_result(
                *exercises,
                student=f"student{number:04}",
                seconds=round(rng.lognormvariate(1.3, 0.5), 2),
                mended=mended,
                questions=[
                    make_question("stable_logsumexp", "m = max(0, a)" if skill > 0.5 else "")
                ],
            )
        )
    return results
