"""Answers that share unusual code, and answers that reach for the checks: reasons for a person to look, never a deduction.

Two answers are similar where statements that hardly anybody else wrote, and that neither the release nor the answer key has, make up
most of both. Short answers and the usual way to write a thing are alike without anybody's copying: they say nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn

import nbformat

from stats220.errors import GradingError
from stats220.staff.grade import clock
from stats220.staff.grade.unusual import Unusual, read_answer

MEMORY_BYTES = 1 << 30
ANSWER_SECONDS = 3
WALL_SECONDS = 600.0
MAX_UNREAD = 100  # answers that may end the reader
MIN_WEIGHT = 60  # nodes of shared unusual code: some three lines
MIN_SHARE = 0.6  # of the unusual code of the smaller answer
COMMON = 0.05  # of the class: what more students wrote is usual
MAX_PAIRS = 200
MAX_NAMED = 5  # exercises, in a line

Answers = Mapping[tuple[str, str], str]  # source by (student, exercise)


def answers_in(out: Path, lab: str, students: Sequence[str]) -> dict[tuple[str, str], str]:
    """The exercises' cells as they were graded."""
    found: dict[tuple[str, str], str] = {}
    for student in students:
        path = out / "autograded" / student / lab / f"{lab}.ipynb"
        if path.is_file():
            found |= {(student, name): text for name, text in exercise_cells(path).items()}
    return found


def exercise_cells(path: Path) -> dict[str, str]:
    """Source by exercise of a notebook that we wrote.

    Raises
    ------
    GradingError
        Somebody has changed it since, so that it is no notebook.
    """
    try:
        cells = nbformat.reads(path.read_text("utf-8"), as_version=4).cells
        owned = [(cell.metadata.get("stats220", {}), cell.source) for cell in cells]
        return {own["name"]: source for own, source in owned if own.get("role") == "exercise"}
    except (AttributeError, LookupError, TypeError, ValueError, nbformat.ValidationError) as error:
        why = str(error).partition("\n")[0][:200]
        raise GradingError(
            f"{path} is damaged ({why}): delete it, and grade again with --again"
        ) from error


def looks(
    answers: Answers, given: Mapping[str, Sequence[str]], exercises: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Why to look at whom.

    Parameters
    ----------
    answers
        Of the class.
    given
        By exercise, texts that nobody has to have written: the release's stub, the key.
    exercises
        Their names, for the order.

    Returns
    -------
    dict
        Reasons by student.
    """
    keys = list(answers)
    usual = [(name, text) for name, texts in given.items() for text in texts]
    read = read_bounded([answers[key] for key in keys] + [text for _, text in usual])
    known: dict[str, set[str]] = defaultdict(set)
    for (name, _), unusual in zip(usual, read[len(keys) :], strict=True):
        known[name] |= unusual.statements.keys()
    found: dict[str, list[str]] = defaultdict(list)
    reaching: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in exercises:
        mine = {k[0]: u for k, u in zip(keys, read, strict=False) if k[1] == name}
        for student, unusual in mine.items():
            if unusual.reaching:
                reaching[student, ", ".join(unusual.reaching)].append(f"`{name}`")
        for one, other in similar(mine, known[name]):
            found[one].append(f"`{name}` is much like that of {other}")
            found[other].append(f"`{name}` is much like that of {one}")
    for (student, what), names in reaching.items():
        more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
        where = f"{', '.join(names[:MAX_NAMED])}{more}"
        found[student].append(f"reaches for the checks in {where}: {what}")
    return {student: tuple(reasons) for student, reasons in found.items()}


def similar(read: Mapping[str, Unusual], known: set[str]) -> list[tuple[str, str]]:
    """Pairs of students whose answers to one exercise share unusual code.

    Parameters
    ----------
    read
        By student.
    known
        Statements of the release and of the key.
    """
    writers: dict[str, list[str]] = defaultdict(list)
    for student, unusual in read.items():
        for statement in unusual.statements.keys() - known:
            writers[statement].append(student)
    most = max(2, int(COMMON * len(read)))
    rare = {s: who for s, who in writers.items() if len(who) <= most}
    shared: dict[tuple[str, str], int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)
    for statement, who in rare.items():
        for student in who:
            own[student] += read[student].statements[statement]
        for pair in combinations(sorted(who), 2):
            shared[pair] += read[pair[0]].statements[statement]
    pairs = [
        (weight, pair)
        for pair, weight in shared.items()
        if weight >= MIN_WEIGHT and weight >= MIN_SHARE * min(own[pair[0]], own[pair[1]])
    ]
    return [pair for _, pair in sorted(pairs, reverse=True)[:MAX_PAIRS]]


def read_bounded(texts: Sequence[str]) -> list[Unusual]:
    """Each text as `read_answer` has it, in processes with little memory and time; a text that ends one is known nothing of."""
    read: list[Unusual] = []
    ended = 0
    stop = time.monotonic() + WALL_SECONDS
    while len(read) < len(texts):
        if ended > MAX_UNREAD or time.monotonic() > stop:
            return read + [Unusual({})] * (len(texts) - len(read))
        read += _in_child(texts[len(read) :], stop)
        if len(read) < len(texts):  # the next one has ended it
            read.append(Unusual({}))
            ended += 1
    return read


def _in_child(texts: Sequence[str], stop: float) -> list[Unusual]:
    read_fd, write_fd = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_fd)
        _be_the_reader(texts, write_fd)
    os.close(write_fd)
    said = bytearray()
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(read_fd, selectors.EVENT_READ)
            while selector.select(max(0.0, stop - time.monotonic())):
                chunk = os.read(read_fd, 1 << 20)
                if not chunk:
                    break
                said += chunk
    finally:
        os.close(read_fd)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    lines = bytes(said).split(b"\n")[:-1]  # what is cut short is not whole
    return [_unusual(json.loads(line)) for line in lines]


def _unusual(content: Mapping[str, Any]) -> Unusual:
    return Unusual(dict(content["statements"]), tuple(content["reaching"]))


def _be_the_reader(texts: Sequence[str], write_fd: int) -> NoReturn:
    try:
        clock.limit_memory(MEMORY_BYTES)
        clock.die_with_parent()
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        for text in texts:
            soft = int(time.process_time()) + 1 + ANSWER_SECONDS
            resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
            left = memoryview(json.dumps(asdict(read_answer(text))).encode() + b"\n")
            while left:
                left = left[os.write(write_fd, left) :]
        os._exit(0)
    finally:  # whatever happens, the fork must not go on as the grader
        os._exit(1)
