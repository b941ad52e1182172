"""Text that strangers wrote, made fit for a page: no control characters, no markup of theirs, a bounded length.

Students choose their names, code, answers and the text of their exceptions. Everything here is one of two layers: the
pages also forbid scripts and remote content (`page.html.j2`), and the templates escape whatever is not ``Markup``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup
from nbconvert.filters import Highlight2HTML, strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML

MAX_NAME = 80
MAX_MESSAGE = 600
MAX_CODE = 20_000
MAX_ANSWER = 10_000
MAX_MARKED = 100_000  # whoever marks an answer must see all of it

# What may not stand in a page: control characters except tab and newline, halves of surrogate pairs (they cannot be
# encoded), non-characters, and the marks that turn the reading direction (they make text look like other text).
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)

# MathJax's commands that make links, styles and attributes, or load more of MathJax.
_TEX_COMMANDS = re.compile(
    r"\\(href|url|style|class|cssId|html\w*|data|require|unicode|include\w*)"
)
_BACKSLASH = re.compile(r"&(?:#0*92|#[xX]0*5[cC]|bsol);")

_ANSWER_TAGS = (
    "a blockquote br code del div em h4 hr li ol p pre span strong table tbody td th thead tr ul"
)


def tidy(text: object, limit: int = MAX_MESSAGE) -> str:
    """``text`` with what cannot be printed replaced, cut to about ``limit`` characters.

    Parameters
    ----------
    text
        Anything; its ``str``.
    limit
        Longer text ends with a note that says how much is missing.

    Returns
    -------
    str
        Not escaped: templates do that.
    """
    whole = str(text)
    # Terminal colors are taken out of the part that is kept only, so that 20 MB cost no more than a line.
    kept = strip_ansi(whole[:limit].replace("\r\n", "\n"))
    kept = _UNPRINTABLE.sub("\ufffd", kept)
    missing = len(whole) - limit
    return f"{kept} … ({missing:,} more characters)" if missing > 0 else kept


def name(text: object) -> str:
    """A student's or an exercise's name: `tidy`, in one short line."""
    return " ".join(tidy(text, MAX_NAME).split()) or "(no name)"


def prose(text: object, limit: int = MAX_MESSAGE) -> Markup:
    """A message or hint as HTML: escaped, with what stands between backticks set as code."""
    escaped = escape(tidy(text, limit).strip())
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escaped))


def code(source: object) -> Markup:
    """Python source as highlighted HTML, without the surrounding ``pre``."""
    # Pygments needs a time quadratic in a run of lines that hold only blanks; its IPython lexer, in any long line.
    lines = [line.rstrip() for line in tidy(source, MAX_CODE).splitlines()]
    html = _highlighter()("\n".join(lines))
    return Markup(html[html.index("<pre>") + len("<pre>") : html.rindex("</pre>")].rstrip())


def answer(source: object) -> Markup:
    """A student's markdown as HTML: no raw HTML, pictures as words, formulas as typed.

    Parameters
    ----------
    source
        What stands in the answer's cell.

    Returns
    -------
    Markup
        Only `_ANSWER_TAGS`, and no attribute but a link's ``href`` with http, https or mailto.
    """
    renderer = _Answer(escape=True, allow_harmful_protocols=False)
    html = MarkdownWithMath(renderer=renderer).render(tidy(source, MAX_ANSWER))
    return Markup(_sanitizer().sanitize_html_tags(html))


def safe_markdown(source: object) -> str:
    """A student's markdown as one line of harmless HTML, for a page that would run what stands in it.

    Formulas stay TeX, for the page's own MathJax to set, without the commands that make links or load extensions.
    """
    renderer = _AnswerWithTeX(escape=True, allow_harmful_protocols=False)
    html = MarkdownWithMath(renderer=renderer).render(tidy(source, MAX_MARKED))
    html = _sanitizer().sanitize_html_tags(html)
    # MathJax reads the whole page for formulas, not only what is known to be one here.
    html = _TEX_COMMANDS.sub(r"\1", _BACKSLASH.sub(r"\\", html))
    # Without a line break it is one block of HTML, in which nothing is read as markdown again.
    return f"<div>{html}</div>".replace("\n", "&#10;")


class _Answer(IPythonRenderer):
    """Jupyter's markdown, but a picture is its description and a heading ranks below those of the page."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        # Nothing is fetched, and a pasted picture (``attachment:``) stays in the notebook, where the marker sees it.
        return f"[picture: {text or title or 'see the notebook'}]"

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<h4>{text}</h4>\n"

    def inline_math(self, body: str) -> str:
        return f"<code>${escape(body)}$</code>"

    def block_math(self, body: str) -> str:
        return f"<code>$${escape(body)}$$</code>"

    def latex_environment(self, name: str, body: str) -> str:
        return f"<code>\\begin{{{escape(name)}}}{escape(body)}\\end{{{escape(name)}}}</code>"


class _AnswerWithTeX(_Answer):
    """As `_Answer`, but formulas are left to MathJax."""

    def inline_math(self, body: str) -> str:
        return f"${escape(body)}$"

    def block_math(self, body: str) -> str:
        return f"$${escape(body)}$$"

    def latex_environment(self, name: str, body: str) -> str:
        return f"\\begin{{{escape(name)}}}{escape(body)}\\end{{{escape(name)}}}"


@lru_cache
def _highlighter() -> Any:
    return Highlight2HTML(pygments_lexer="python3")


@lru_cache
def _sanitizer() -> Any:
    def absolute(_tag: str, attribute: str, value: str) -> bool:
        # A relative link would lead to other files beside the page.
        return attribute == "href" and value.startswith(("http://", "https://", "mailto:"))

    tags = _ANSWER_TAGS.split()
    return SanitizeHTML(tags=tags, attributes={"a": absolute}, strip=True)
