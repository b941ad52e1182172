"""What is to be seen in a figure, in words: each figure that a notebook shows carries them as its alternative text.

A screen reader reads that text, and so does whoever has the images switched off. It is made from what the figure itself says (titles, axes with
units and ranges, legends, color bars), so that no figure of a lab can be without it.
"""

from __future__ import annotations

import html
import sys
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

MOST_PANELS = 8  # described one by one; of more, the titles are named
MOST_NAMES = 12


def describe_figure(figure: Figure) -> str:
    """The figure's content in words, on one line."""
    panels = [ax for ax in figure.axes if ax.get_visible() and not _is_color_bar(ax)]
    drawn = [ax for ax in panels if ax.has_data()]
    heading = getattr(figure, "_suptitle", None)
    words = [heading.get_text()] if heading is not None and heading.get_text() else []
    if len(drawn) > 1:
        words.append(f"{len(drawn)} panels")
    if len(drawn) > MOST_PANELS:
        titles = [_title(ax) for ax in drawn if _title(ax)]
        words += [f"each with {_content(drawn[0])}", *([_listed(titles)] if titles else [])]
    else:
        words += [_panel(ax) for ax in drawn]
    colors = dict.fromkeys(_color_bar(ax) for ax in figure.axes if _is_color_bar(ax))
    words += [f"colors: {text}" for text in colors if text]
    return " ".join(". ".join(words or ["empty figure"]).split()) + "."


def _panel(ax: Axes) -> str:
    title = _title(ax)
    described = f"{title}: {_content(ax)}" if title else _content(ax)
    axes = [
        f"{label.strip()} from {low:.4g} to {high:.4g}"
        for label, (low, high) in (
            (ax.get_xlabel(), ax.get_xlim()),
            (ax.get_ylabel(), ax.get_ylim()),
        )
        if label
    ]
    names = [name for name in ax.get_legend_handles_labels()[1] if not name.startswith("_")]
    parts = [
        described,
        *axes,
        *([f"legend: {_listed(list(dict.fromkeys(names)))}"] if names else []),
    ]
    return ", ".join(parts)


def _content(ax: Axes) -> str:
    """Which kinds of marks the axes hold, and how many."""
    bars = sum(len(c) for c in ax.containers if isinstance(c, BarContainer))
    points = [line for line in ax.lines if line.get_linestyle() in ("None", "", " ")]
    counts = {
        "image": len(ax.images),
        "line": len(ax.lines) - len(points),
        "set of points": len(points),
        "bar": bars,
        "group of marks": len(ax.collections),
    }
    found = [f"{n} {kind if n == 1 else _plural(kind)}" for kind, n in counts.items() if n]
    return " and ".join(found) or "text"


def _plural(kind: str) -> str:
    first, _, rest = kind.partition(" ")
    return f"{first}s {rest}".strip()


def _title(ax: Axes) -> str:
    return str(ax.get_title() or ax.get_title("left")).strip()


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _is_color_bar(ax: Axes) -> bool:
    return ax.get_label() == "<colorbar>"


def _color_bar(ax: Axes) -> str:
    """Quantity and range of a color bar, whichever way it stands."""
    for label, (low, high) in ((ax.get_ylabel(), ax.get_ylim()), (ax.get_xlabel(), ax.get_xlim())):
        if label:
            return f"{label} from {low:.4g} to {high:.4g}"
    return ""


def describe_in_notebook() -> None:
    """From now on, each figure that this notebook shows carries its description; outside of IPython nothing happens."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.display_formatter.ipython_display_formatter.for_type(Figure, partial(_show, shell))


def _show(shell: Any, figure: Figure) -> None:
    """Publish the PNG also inside of HTML: JupyterLab and Colab give a bare one no alternative text, whatever its metadata say.

    The bare one stays beside it, for what shows no HTML: a PDF made with LaTeX.
    """
    made = {mime: form(figure) for mime, form in shell.display_formatter.formatters.items()}
    data = {mime: content for mime, content in made.items() if content is not None}
    data["text/plain"] = describe_figure(figure)
    png = made.get("image/png")  # None where another format was chosen
    if png is not None:
        png, size = png if isinstance(png, tuple) else (png, {})  # a size, where it is sharper
        data["image/png"] = png
        sizes = "".join(f'{side}="{size[side]}" ' for side in ("width", "height") if side in size)
        alt = html.escape(data["text/plain"])
        data["text/html"] = f'<img alt="{alt}" {sizes}src="data:image/png;base64,{png.strip()}">'
    shell.display_pub.publish(data)
