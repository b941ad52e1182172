"""A text file that an author wrote, and errors that point into it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stats220.errors import AuthorError

EXCERPT_LINES = 4


@dataclass(frozen=True)
class SourceFile:
    """One authored file: its name relative to the project's root, and its text."""

    name: str
    text: str

    @classmethod
    def read(cls, root: Path, path: Path, *, remedy: str) -> SourceFile:
        """Read a file below `root`; raises AuthorError with `remedy` where it is missing or is no UTF-8 text."""
        name = path.relative_to(root).as_posix()
        try:
            return cls(name, path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise AuthorError("there is no such file", file=name, remedy=remedy) from None
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise AuthorError(
                "the file is not UTF-8 text", file=name, line=line, remedy="save it as UTF-8"
            ) from None

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file as Python counts them; line n of an error is ``lines[n - 1]``."""
        return self.text.removesuffix("\n").split("\n")

    @cached_property
    def tree(self) -> ast.Module:
        """The file as Python; raises AuthorError where it is none."""
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError) as error:  # a null byte is a ValueError
            magics = "; magics and shell commands are written as comments, `# %matplotlib inline`"
            raise self.error(
                f"this is not Python: {getattr(error, 'msg', error)}",
                line=getattr(error, "lineno", None) or 1,
                remedy=f"mend the line{magics if self.name.startswith('labs/') else ''}",
            ) from None

    def segment(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node of `tree`: `ast.get_source_segment`, which cuts the whole text into lines each time."""
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        # The end first: both may be in one line. Python counts columns in bytes.
        lines[-1] = lines[-1].encode()[: node.end_col_offset].decode()
        lines[0] = lines[0].encode()[node.col_offset :].decode()
        return "\n".join(lines)

    def error(self, message: str, *, line: int, remedy: str) -> AuthorError:
        """Make an error that points at a line and quotes it and the lines after it."""
        excerpt = [text for text in self.lines[line - 1 :] if text.strip()][:EXCERPT_LINES]
        return AuthorError(message, file=self.name, line=line, excerpt=excerpt, remedy=remedy)

    def line_of(self, *fragments: str) -> int:
        """The first line that holds every fragment, for formats whose parser gives no line; 1 if none does."""
        for number, text in enumerate(self.lines, start=1):
            if all(fragment in text for fragment in fragments):
                return number
        return 1
