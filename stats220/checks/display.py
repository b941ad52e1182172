"""The results of a check as a small table: HTML for notebooks, text for terminals."""

from __future__ import annotations

import html

from stats220.checks.results import CheckResult, Record

# A mark and a word each, so that no meaning hangs on color; both colors are legible on white and on black.
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
MAX_LINES, MAX_PRINTED = 30, 3000  # of what a student's code prints
RULE = "border-top: 1px solid rgba(128, 128, 128, 0.4);"
CELL = "text-align: left; vertical-align: top; padding: 0.3em 0.8em 0.3em 0;"


def title(checks: Record) -> str:
    """For example "Problem 1b, dilate"."""
    return checks.label(checks.exercise).replace("`", "")


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
    lines = [f"{title(checks)}: {summary(checks)}", *(f"  {note}" for note in checks.notes)]
    for result in checks.results:
        lines.append(
            f"  {MARKS[result.status]} {result.what} ({result.points:g}/{result.max_points:g}, {WORDS[result.status]})"
        )
        lines += [f"      {text}" for text in _details(checks, result)]
    if text := again(checks):
        lines.append(f"  {text}")
    if checks.printed:
        lines += ["  Your code printed:", readable(checks.printed)]
    return "\n".join(lines)


def as_html(checks: Record) -> str:
    """The table in HTML; everything in it is escaped, and colors of text and ground are the notebook's own."""
    notes = "".join(f"<div>{html.escape(note)}</div>" for note in checks.notes)
    below = f"<div>{html.escape(again(checks))}</div>" if checks.failed_call else ""
    if checks.printed:
        text = html.escape(readable(checks.printed))
        below += f"<div>Your code printed:</div><pre>{text}</pre>"
    rows = "".join(_row(checks, result) for result in checks.results)
    return (
        '<table style="border-collapse: collapse; color: inherit; background: transparent;">'
        f'<caption style="{CELL} caption-side: top; color: inherit;"><b>{html.escape(title(checks))}</b>: '
        f"{html.escape(summary(checks))}{notes}</caption>"
        '<thead><tr style="background: transparent;">'
        + "".join(
            f'<th scope="col" style="{CELL}">{head}</th>' for head in ("Result", "Points", "Check")
        )
        + f"</tr></thead><tbody>{rows}</tbody></table>{below}"
    )


def again(checks: Record) -> str:
    """How to repeat the call that failed first; empty where there is none."""
    call, name = checks.failed_call, f"check.{checks.exercise}.failed_call"
    if call is None:
        return ""
    if getattr(call.func, "__name__", "") != checks.exercise:
        return f"See for yourself: {name}() repeats the call that failed first."
    options = f", **{name}.keywords" if call.keywords else ""
    return f"See for yourself what it returned there: {checks.exercise}(*{name}.args{options})"


def readable(printed: str) -> str:
    """The first lines of what was printed; of a line that was written over again and again, a progress bar, the last state."""
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in printed.split("\n")]
    text = "\n".join(lines[:MAX_LINES])
    kept = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text[:MAX_PRINTED])
    return kept.rstrip("\n") + ("" if len(kept) == len("\n".join(lines)) else "\n[...]")


def _details(checks: Record, result: CheckResult) -> list[str]:
    """The message, the hint and the remedy, as far as there are any."""
    remedy = checks.shown_remedies.get(result.what, "") if result.hint else ""
    texts = result.message, result.hint and f"Hint: {result.hint}", remedy and f"Remedy: {remedy}"
    return [text for text in texts if text]


def _row(checks: Record, result: CheckResult) -> str:
    mark, word = MARKS[result.status], WORDS[result.status]
    details = ""
    for text in _details(checks, result):
        if text is result.message:
            details += f"<div><code>{html.escape(text)}</code></div>"
        else:
            head, _, rest = text.partition(": ")
            details += f"<div><i>{head}:</i> {html.escape(rest)}</div>"
    return (
        f'<tr style="{RULE} background: transparent;">'
        f'<td style="{CELL} white-space: nowrap;"><span aria-hidden="true" '
        f'style="color: {COLORS[result.status]}; font-weight: bold;">{mark}</span> {word}</td>'
        f'<td style="{CELL} white-space: nowrap;">{result.points:g} of {result.max_points:g}</td>'
        f'<td style="{CELL}">{html.escape(result.what)}{details}</td></tr>'
    )
