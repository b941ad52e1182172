"""What students must not receive: the key's statements, hidden checks, attempts and model answers of a lab."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from stats220.staff.build.fingerprints import blocks_of, fingerprint, value_of
from stats220.staff.build.sourcefile import SourceFile
from stats220.staff.build.sources import Sources

LONG = 40  # characters; a statement longer than this is a secret by itself
TRIVIAL = 12  # characters; nothing shorter is a secret, `return masks` stands everywhere
WORDS = 5  # a sentence of a model answer with fewer words, formulas left out, may be in the question too
MATH = re.compile(r"\$\$.*?\$\$|\$.*?\$", re.DOTALL)


@dataclass(frozen=True)
class Secret:
    """A run of statements, or a text, that must not be in what students receive, and where it is from."""

    what: str
    origin: str
    text: str
    original: str = ""
    nodes: tuple[ast.AST, ...] = field(default=(), repr=False)

    @cached_property
    def fingerprints(self) -> tuple[int, ...]:
        """The fingerprint of each statement."""
        return tuple(fingerprint(node) for node in self.nodes)

    @cached_property
    def squeezed(self) -> set[str]:
        """The text without layout, as Python writes it and as its author typed it."""
        return {squeeze(text) for text in (self.text, self.original)} - {""}


def secrets_of(root: Path, sources: Sources) -> list[Secret]:
    """Everything of a lab that its release must not hold; a key that is public is no secret, hidden checks and attempts still are."""
    found = [*_hidden(sources), *_attempts(root, sources)]
    if not sources.lab.entry.unlocked:
        found += [secret for name in sources.exercises for secret in _solution(sources, name)]
        found += _answers(sources)
    return [secret for secret in found if len(squeeze(secret.text)) >= TRIVIAL]


def _solution(sources: Sources, name: str) -> Iterator[Secret]:
    """Whole regions, any two consecutive statements of one, any single one (or its value) that is long."""
    exercise = sources.exercises[name]
    what = f"the solution of {name}"
    for region in exercise.regions:
        for block in blocks_of(region.statements):
            runs = [tuple(block[start : start + 2]) for start in range(len(block) - 1)]
            runs += [(node,) for node in block if len(ast.unparse(node)) > LONG]
            if block is region.statements:
                runs.append(tuple(block))
            for run in dict.fromkeys(runs):
                yield _secret(what, exercise.file, run)
            for node in block:
                value = value_of(node)
                if value is not None and len(ast.unparse(value)) > LONG:
                    yield _secret(what, exercise.file, (value,))


def _hidden(sources: Sources) -> Iterator[Secret]:
    """Each hidden block: its opening call, with what it says, and its whole body."""
    if sources.hidden is None:
        return
    for function in sources.hidden.functions.values():
        what = f"a hidden check of {function.name}"
        for block in function.blocks:
            yield _secret(what, function.file, (block.items[0].context_expr,))
            if len(block.body) > 1:
                yield _secret(what, function.file, tuple(block.body))


def _attempts(root: Path, sources: Sources) -> Iterator[Secret]:
    """Each function body of an attempt, but those that the stub gives, and what the attempt is said to show."""
    given = {
        tuple(fingerprint(node) for node in body)
        for exercise in sources.exercises.values()
        for body in _function_bodies(ast.parse(exercise.stub))
    }
    for path in sorted((root / "tests" / "attempts" / sources.lab.name).rglob("*.py")):
        file = SourceFile.read(root, path, remedy="write it")
        what = f"the attempt {path.stem}"
        for body in _function_bodies(file.tree):
            secret = _secret(what, file, tuple(body))
            if secret.fingerprints not in given and len(secret.text) > LONG:
                yield secret
        for number, text in enumerate(file.lines, start=1):
            if text.startswith("# says:") and len(text) > LONG:
                yield Secret(what, f"{file.name}:{number}", text.removeprefix("# says:"))


def _answers(sources: Sources) -> Iterator[Secret]:
    """Each sentence of a model answer that is long and more than a formula, unless the question says it too."""
    if sources.answers.file is None:
        return
    prompts = {cell.name: squeeze(cell.source) for cell in sources.lab.of_role("question")}
    for answer in sources.answers.by_question.values():
        for sentence in re.split(r"\n\s*\n|(?<=[.!?])\s", answer.text):
            words = MATH.sub(" ", sentence).split()
            if (
                len(sentence) > LONG
                and len(words) >= WORDS
                and squeeze(sentence) not in prompts.get(answer.question, "")
            ):
                origin = f"{sources.answers.file.name}:{answer.line}"
                yield Secret(f"the model answer to {answer.question}", origin, sentence)


def squeeze(text: str) -> str:
    """Text without layout: no white space, comment or quote marks at the start of lines, one kind of quotes."""
    lines = (re.sub(r"^[\s#>]+", "", line) for line in text.splitlines())
    return (
        re.sub(r"\s+", "", "".join(lines)).replace("'", '"').replace(",)", ")").replace(",]", "]")
    )


def _secret(what: str, file: SourceFile, nodes: tuple[ast.stmt, ...] | tuple[ast.expr]) -> Secret:
    first, last = nodes[0], nodes[-1]
    original = "\n".join(file.lines[first.lineno - 1 : last.end_lineno])
    if len(nodes) == 1:
        original = file.segment(first)
    return Secret(what, f"{file.name}:{first.lineno}", _unparse(nodes), original, nodes)


def _unparse(nodes: Iterable[ast.AST]) -> str:
    return "\n".join(ast.unparse(node) for node in nodes)


def _function_bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Bodies of all functions in a tree, docstrings left out; none of a function that is only documented."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body:
                yield body
