"""The results of a check as a small table: HTML for notebooks, text for terminals."""

from __future__ import annotations

import html

from stats220.checks.results import CheckResult, Record

# A mark and a word each, so that no meaning hangs on colour; both colours are legible on white and on black.
MARKS = {"passed": "✓", "failed": "✗", "not attempted": "○", "error": "!", "lost": "✗"}
WORDS = {
    "passed": "passed",
    "failed": "not yet",
    "not attempted": "not attempted yet",
    "error": "check broken",
    "lost": "stopped",
}
COLORS = {
    "passed": "#0a84c1",
    "failed": "#d9480f",
    "not attempted": "#868e96",
    "error": "#d9480f",
    "lost": "#d9480f",
}
RULE = "border-top: 1px solid rgba(128, 128, 128, 0.4);"
CELL = "text-align: left; vertical-align: top; padding: 0.3em 0.8em 0.3em 0;"


def summary(checks: Record) -> str:
    """For example "4 of 4 here, 2 more at grading"."""
    text = f"{checks.points:g} of {checks.max_points:g}"
    return (
        f"{text} here, {checks.hidden_points} more at grading"
        if checks.hidden_points
        else f"{text} points"
    )


def as_text(checks: Record) -> str:
    """The table in plain text."""
    lines = [f"{checks.exercise}: {summary(checks)}"]
    for result in checks.results:
        lines.append(
            f"  {MARKS[result.status]} {result.what} ({result.points:g}/{result.max_points:g}, {WORDS[result.status]})"
        )
        lines += [
            f"      {text}"
            for text in (result.message, result.hint and f"Hint: {result.hint}")
            if text
        ]
    return "\n".join(lines)


def as_html(checks: Record) -> str:
    """The table in HTML; everything in it is escaped, and colours of text and ground are the notebook's own."""
    rows = "".join(map(_row, checks.results))
    return (
        '<table style="border-collapse: collapse; color: inherit; background: transparent;">'
        f'<caption style="{CELL} caption-side: top; color: inherit;"><b>{html.escape(checks.exercise)}</b>: '
        f"{html.escape(summary(checks))}</caption>"
        '<thead><tr style="background: transparent;">'
        + "".join(
            f'<th scope="col" style="{CELL}">{head}</th>' for head in ("Result", "Points", "Check")
        )
        + f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(result: CheckResult) -> str:
    mark, word = MARKS[result.status], WORDS[result.status]
    details = ""
    if result.message:
        details += f"<div><code>{html.escape(result.message)}</code></div>"
    if result.hint:
        details += f"<div><i>Hint:</i> {html.escape(result.hint)}</div>"
    return (
        f'<tr style="{RULE} background: transparent;">'
        f'<td style="{CELL} white-space: nowrap;"><span aria-hidden="true" '
        f'style="color: {COLORS[result.status]}; font-weight: bold;">{mark}</span> {word}</td>'
        f'<td style="{CELL} white-space: nowrap;">{result.points:g} of {result.max_points:g}</td>'
        f'<td style="{CELL}">{html.escape(result.what)}{details}</td></tr>'
    )
