"""The table that students see."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from stats220.checks import Checks, display
from stats220.checks.results import CheckResult, Status

STATUSES: list[Status] = ["passed", "failed", "not attempted", "error", "lost"]


def made(*results: CheckResult, hidden_points: int = 2) -> Checks:
    checks = Checks("bernoulli_loss", hidden_points=hidden_points)
    checks.results += results
    return checks


class Tags(HTMLParser):
    """Collects tags and text, and sees that they are nested well."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_table_escapes_everything() -> None:
    nasty = "<script>alert('x')</script> & \"y\""
    checks = made(CheckResult(nasty, 0, 2, "failed", nasty, nasty))
    checks.exercise = nasty
    tags = Tags(checks._repr_html_())
    assert "script" not in tags.seen
    assert "".join(tags.text).count(nasty) == 4


def test_the_table_reads_without_colour() -> None:
    checks = made(*(CheckResult(f"check {i}", 0, 1, s) for i, s in enumerate(STATUSES)))
    html = checks._repr_html_()
    text = "".join(Tags(html).text)
    for words in ("passed", "not yet", "not attempted yet", "check broken", "stopped"):
        assert words in text
    assert "<caption" in html
    assert html.count('scope="col"') == 3
    assert html.count('aria-hidden="true"') == len(STATUSES)


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_colours_contrast_with_light_and_dark_notebooks(ground: str) -> None:
    """WCAG 2.1 asks for 3:1 between graphical marks and their ground."""
    for color in display.COLORS.values():
        light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


def test_points_here_and_at_grading() -> None:
    half = (
        CheckResult("a", 2, 2, "passed"),
        CheckResult("b", 0, 3, "failed", "off by 2", "halve it"),
    )
    assert display.summary(made(*half)) == "2 of 5 here, 2 more at grading"
    assert display.summary(made(*half, hidden_points=0)) == "2 of 5 points"
    assert str(made(*half)) == (
        "bernoulli_loss: 2 of 5 here, 2 more at grading\n"
        "  ✓ a (2/2, passed)\n"
        "  ✗ b (0/3, not yet)\n"
        "      off by 2\n"
        "      Hint: halve it"
    )


@pytest.mark.parametrize(
    ("points", "shown"), [([], "0"), ([4], "4"), ([4, 2], "6"), ([0.5], "0.5"), ([2.0], "2")]
)
def test_the_repr_is_the_bare_number_of_points(points: list[float], shown: str) -> None:
    checks = made(*(CheckResult("a", p, 10, "passed") for p in points))
    assert repr(checks) == shown
    assert float(repr(checks)) == checks.points


def test_visible_and_hidden_checks_add_up() -> None:
    visible = made(CheckResult("a", 4, 4, "passed"), hidden_points=2)
    hidden = Checks("bernoulli_loss", hidden=True)
    hidden.results.append(CheckResult("b", 1, 2, "passed", hidden=True))
    both = visible + hidden
    assert repr(both) == "5"
    assert display.summary(both) == "5 of 6 points"
    assert [result.what for result in both.results] == ["a", "b"]
    assert (repr(visible), repr(hidden)) == ("4", "1")
    with pytest.raises(TypeError):
        visible + 3
