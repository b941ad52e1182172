"""What the pages share: the template environment, how points, times and states are written, and the atomic write."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stats220.errors import GradingError
from stats220.files import replacing
from stats220.staff.report import untrusted

# State of an exercise or a check: (mark, words). The mark and the words say it; color only repeats it.
STATES = {
    "passed": ("✓", "passed"),
    "partial": ("◐", "partly there"),
    "failed": ("✗", "not yet"),
    "not attempted": ("○", "not attempted"),
    "lost": ("!", "stopped"),
    "error": ("?", "not checked"),
}


def number(value: float) -> str:
    """Points without needless decimals: 4, 2.5."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def counted(value: float, word: str) -> str:
    """A number and its noun: 1 point, 4 points."""
    return f"{number(value)} {word}{'' if value == 1 else 's'}"


def duration(seconds: float) -> str:
    """Seconds as people say them: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def state(status: str) -> Markup:
    """A status as a small label: a mark for the eye and words for everyone."""
    sign, words = STATES[status]
    return Markup('<span class="state {}"><span aria-hidden="true">{}</span> {}</span>').format(
        status.replace(" ", "-"), sign, words
    )


def mark(status: str) -> str:
    """The one character that stands for a status."""
    return STATES[status][0]


@lru_cache
def environment() -> Environment:
    """The templates of this package; every value is escaped unless it is ``Markup``."""
    env = Environment(
        loader=PackageLoader("stats220.staff.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "answer": untrusted.answer,
        "code": untrusted.code,
        "counted": counted,
        "duration": duration,
        "mark": mark,
        "name": untrusted.name,
        "number": number,
        "prose": untrusted.prose,
        "state": state,
    }
    return env


def fill_in(template: str, **values: Any) -> str:
    """The HTML of a page.

    Parameters
    ----------
    template
        File name in ``templates/``.
    **values
        What the template names.
    """
    return environment().get_template(template).render(values)


def write_page(html: str, path: Path) -> None:
    """Put a page at ``path``, whole or not at all; its folder is made.

    Raises
    ------
    GradingError
        The page cannot be written there.
    """
    try:
        with replacing(path) as scratch:
            scratch.write_text(html, encoding="utf-8")
    except OSError as error:
        raise GradingError(
            f"cannot write {path}: {error.strerror}; make room or choose another folder"
        ) from error
