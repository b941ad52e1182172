"""Students write names, code, messages and answers: none of it may become markup that acts, or a page that hurts."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from hostile import HOSTILE, MARKDOWN, feedback, report
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from sample_results import make_check, make_exercise, make_notebook, make_result

from stats220.staff.report import untrusted, write_feedback, write_report

TAGS = """
    html head meta title style body header main footer section article h1 h2 h3 h4 p a ul ol li div dl dt dd span
    strong small br code pre figure figcaption blockquote table caption thead tbody tfoot tr th td svg rect text line
    bdi em del hr
"""
ATTRIBUTES = """
    lang charset name content http-equiv class id href aria-labelledby aria-label aria-hidden role tabindex scope
    colspan style x y x1 x2 y1 y2 width height viewbox
"""


class Outline(HTMLParser):
    """The tags and attributes of a page, as a parser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_comment(self, data: str) -> None:
        if not re.fullmatch(r"marks [^<>]*|/marks", data):  # the pages' own places
            self.tags.append("comment")


def assert_harmless(html: str) -> Outline:
    outline = Outline(html)
    assert set(outline.tags) <= set(TAGS.split())
    assert {name for name, _ in outline.attributes} <= set(ATTRIBUTES.split())
    for name, value in outline.attributes:
        if name == "href":
            assert value.startswith(("#", "feedback/", "http://", "https://", "mailto:"))
        if name == "style":
            assert value.startswith("width:")
    assert not untrusted._UNPRINTABLE.search(html)
    return outline


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_tag_of_a_page(tmp_path: Path, text: str) -> None:
    # Backticks set a text as code; everything else must leave the page's tags as a harmless word does.
    harmless = "`b`&" if "`" in text else "b"
    for page in (feedback, report):
        outline = assert_harmless(page(tmp_path, text))
        assert outline.tags == Outline(page(tmp_path, harmless)).tags


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_code_is_only_coloured(tmp_path: Path, text: str) -> None:
    for code in (text, f"'''{text}'''", f"# {text}", f"%%html\n{text}", f"f'{{{text}'"):
        assert_harmless(feedback(tmp_path, "dilate", code=code))


@pytest.mark.parametrize("text", HOSTILE + MARKDOWN)
def test_hostile_answers_keep_their_words_and_lose_their_deeds(tmp_path: Path, text: str) -> None:
    html = feedback(tmp_path, "dilate", answer=f"before\n\n{text}\n\nafter")
    assert_harmless(html)
    assert "<p>before</p>" in html
    assert "after" in html


def test_an_honest_link_survives() -> None:
    html = untrusted.answer("[paper](https://doi.org/10.1038/s41593-018-0209-y) `<b>`")
    assert '<a href="https://doi.org/10.1038/s41593-018-0209-y">paper</a>' in html
    assert "<code>&lt;b&gt;</code>" in html
    assert "&lt;b&gt;raw&lt;/b&gt;" in untrusted.answer("<b>raw</b>")


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_text_at_all_makes_markup(text: str) -> None:
    assert Outline(untrusted.prose(text.replace("`", ""))).tags == []
    assert set(Outline(untrusted.code(text)).tags) <= {"span"}
    assert_harmless(untrusted.answer(text))


PIECES = [*"<>\"'`*_[]()!$\\#|-:&\n ", "script", "javascript:", "=x", "\\begin{a}", "\\end{a}"]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_markdown_at_all_makes_markup_that_acts(pieces: list[str]) -> None:
    assert_harmless(untrusted.answer("".join(pieces)))


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        "<script>",
        "*a",
        "`a",
        "> ",
        "[a](",
        "![",
        "$a",
        "|a",
        "\\begin{a}",
        "- ",
        "\n",
        "\x1b[31m",
        "&",
        "😀",
        "<div>",
    ],
)
def test_huge_texts_are_cut_and_nested_ones_do_no_harm(tmp_path: Path, piece: str) -> None:
    huge = piece * (3_000_000 // len(piece))
    html = feedback(tmp_path, huge, code=huge, answer=huge)
    assert "more characters)" in html
    # 10,000 characters of answer and 20,000 of code, each at worst a tag or an entity of their own.
    assert len(html) < 3_000_000
    assert_harmless(html)
    assert len(report(tmp_path, huge)) < 200_000


def test_many_mended_cells_and_reasons_are_cut(tmp_path: Path) -> None:
    result = make_result(
        make_exercise("dilate", make_check()),
        mended=["x" * 500] * 5000,
        notes=["y" * 500] * 5000,
        cells=[{"id": "a", "error": "z" * 500}] * 5000,
    )
    write_feedback(result, make_notebook({}), tmp_path / "feedback.html", title="Lab")
    assert (tmp_path / "feedback.html").stat().st_size < 100_000
    write_report([result], tmp_path / "report.html", title="Lab")
    assert (tmp_path / "report.html").stat().st_size < 100_000


def test_nothing_is_fetched_or_run(tmp_path: Path) -> None:
    policy = (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'\">"
    )
    for page in (feedback, report):
        html = page(tmp_path, "dilate")
        # The policy holds only for what follows it.
        assert html.index(policy) < html.index("<title>") < html.index("<style>")
        for remote in ("src=", "url(", "@import", "<link", "<script"):
            assert remote not in html, remote


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.skipif(
    CHROMIUM is None, reason="needs chromium: install it to see the pages through a browser's eyes"
)
def test_a_browser_agrees_that_nothing_acts(tmp_path: Path) -> None:
    """The pages without their policy, in a browser that runs scripts: the document's title stays what it was."""
    everything_hostile = "\n\n".join(HOSTILE + MARKDOWN).replace(
        "alert(1)", "document.title='hacked'"
    )
    html = feedback(
        tmp_path, everything_hostile[:70], code=everything_hostile, answer=everything_hostile
    )
    bare = tmp_path / "bare.html"
    bare.write_text(html.replace("http-equiv", "data-off"), encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", bare.as_uri(),
    ]  # fmt: skip
    seen = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()
    assert "<title>" in seen
    assert "<title>hacked" not in seen
    outline = Outline(seen)
    assert set(outline.tags) <= set(TAGS.split())
    assert {name for name, _ in outline.attributes} <= {*ATTRIBUTES.split(), "data-off"}


SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<div><script>\n\nalert(1)\n\n</script></div>",
    "[x](javascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "<javascript:alert(1)>",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\n\\href{javascript:alert(1)}{x}\n$$",
    "\\\\(\\href{javascript:alert(1)}{x}\\\\)",
    "\\begin{equation}\\href{javascript:alert(1)}{x}\\end{equation}",
    "&#92;begin{equation}&bsol;href{javascript:alert(1)}{x}&#x5c;end{equation}",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "a\n\n    </code></pre><script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "| a |\n|---|\n| <script>alert(1)</script> |",
]


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_students_text_runs_nothing_in_formgrader(text: str) -> None:
    safe = untrusted.safe_markdown(f"It is *so* because\n\n{text}\n\nof $x^2$.")
    assert "\n" not in safe
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(safe)])
    html, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    soup = BeautifulSoup(html, "html.parser")
    cell = soup.find(class_="text_cell_render") or soup
    assert not cell.find_all(["script", "img", "svg"])
    assert not [
        t
        for t in cell.find_all(True)
        for a, v in t.attrs.items()
        if a.startswith("on") or "script:" in str(v)
    ]
    assert not re.search(r"\\(href|url)", cell.get_text())
    assert "so" in [tag.get_text() for tag in cell.find_all("em")]
    assert "of $x^2$." in cell.get_text()
