"""Model answers to the questions marked by hand, ``stats220/reference/<module>/answers.md``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from stats220.staff.build.sourcefile import SourceFile

HEADING = re.compile(r"##\s+(\S+)\s*$")
FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True)
class Answer:
    """A model answer and the line of its heading."""

    question: str
    text: str
    line: int


@dataclass(frozen=True)
class Answers:
    """The file of model answers; None where the lab has none."""

    file: SourceFile | None
    by_question: dict[str, Answer]


def read_answers(root: Path, module: str) -> Answers:
    """Read the model answers: one ``## question_id`` heading each; raises AuthorError at a doubled or empty one."""
    path = root / "stats220" / "reference" / module / "answers.md"
    if not path.exists():
        return Answers(None, {})
    file = SourceFile.read(root, path, remedy="write it")
    answers: dict[str, Answer] = {}
    headings = _headings(file)
    ends = [*(line for _, line in headings), len(file.lines) + 1][1:]  # none yet: no end either
    for (question, line), end in zip(headings, ends, strict=True):
        text = "\n".join(file.lines[line : end - 1]).strip()
        if question in answers:
            raise file.error(f"two model answers for {question!r}", line=line, remedy="delete one")
        if not text:
            raise file.error(
                f"an empty model answer for {question!r}", line=line, remedy="write the answer"
            )
        answers[question] = Answer(question, text, line)
    return Answers(file, answers)


def _headings(file: SourceFile) -> list[tuple[str, int]]:
    """Ids and lines of the level-two headings that stand outside code blocks."""
    found = []
    fenced = False
    for line, text in enumerate(file.lines, start=1):
        if FENCE.match(text):
            fenced = not fenced
        heading = HEADING.match(text)
        if heading and not fenced:
            found.append((heading[1], line))
    return found
