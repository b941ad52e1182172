"""Each figure that a notebook shows has an alternative text, which says what is to be seen."""

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbconvert import HTMLExporter

from stats220.plotting import describing, style


def test_titles_axes_ranges_legend_and_colors_are_told() -> None:
    figure, axes = style.new_panels(1, 2)
    axes[0, 0].plot([0, 1, 2], [5, 6, 9], label="train")
    axes[0, 0].plot([0, 1, 2], [4, 6, 8], "o", label="validation")
    axes[0, 0].legend()
    axes[0, 0].set(xlabel="epoch", ylabel="loss (nats)", xlim=(0, 2), ylim=(0, 10))
    style.show_signed(axes[0, 1], np.eye(3), quantity="weight (1/s)", limit=2.0, title="a filter")
    assert describing.describe_figure(figure) == (
        "2 panels. 1 line and 1 set of points, epoch from 0 to 2, loss (nats) from 0 to 10, legend: train, validation. "
        "a filter: 1 image, x (pixels) from -0.5 to 2.5, y (pixels) from 2.5 to -0.5. colors: weight (1/s) from -2 to 2."
    )
    plt.close(figure)


def test_many_panels_are_named_and_an_empty_figure_says_so() -> None:
    figure, axes = style.new_panels(3, 4)
    for i, ax in enumerate(axes.flat):
        style.show_image(ax, np.zeros((2, 2)), title=f"neuron {i}")
    figure.suptitle("filters")
    text = describing.describe_figure(figure)
    assert text.startswith("filters. 12 panels. each with 1 image. neuron 0, neuron 1, ")
    assert describing.describe_figure(plt.figure()) == "empty figure."
    plt.close("all")


class Published(DisplayPublisher):
    """Keeps what is shown."""

    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        self.data = data


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], dict[str, Any]]:
    """What a notebook stores of a figure whose image in some format is given."""
    shell = InteractiveShell()
    shell.display_pub = Published()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    describing.describe_in_notebook()

    def show(mime: str, image: Any) -> dict[str, Any]:
        shell.display_formatter.formatters[mime].for_type(plt.Figure, lambda figure: image)
        figure, ax = plt.subplots()
        ax.plot([0, 1], [0, 1])
        ax.set_title('a "straight" line <b>')
        assert shell.display_formatter.format(figure) == ({}, {})  # nothing else is shown
        plt.close(figure)
        return dict(shell.display_pub.data)

    return show


ALT = "a &quot;straight&quot; line &lt;b&gt;: 1 line."


def test_an_image_has_its_text_and_stays_as_it_is_for_what_shows_no_html(
    shown: Callable[..., dict[str, Any]],
) -> None:
    data = shown("image/png", "eA==\n")
    assert data == {
        "image/png": "eA==\n",
        "text/html": f'<img alt="{ALT}" src="data:image/png;base64,eA==">',
        "text/plain": 'a "straight" line <b>: 1 line.',
    }
    notebook = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell("figure")
    cell.outputs = [nbformat.v4.new_output("display_data", data)]
    notebook.cells = [cell]
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    (image,) = BeautifulSoup(page, "html.parser").find_all("img")  # once, and with the text
    assert image["alt"] == data["text/plain"]


def test_a_sharp_image_keeps_its_size_and_another_format_its_own(
    shown: Callable[..., dict[str, Any]],
) -> None:
    sharp = shown("image/png", ("eA==", {"width": 30, "height": 20}))
    assert sharp["text/html"].startswith(f'<img alt="{ALT}" width="30" height="20" src=')
    drawing = shown("image/svg+xml", "<svg></svg>")
    assert drawing["image/svg+xml"] == "<svg></svg>"
