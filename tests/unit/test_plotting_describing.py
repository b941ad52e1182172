"""Each figure that a notebook shows has an alternative text, which says what is to be seen."""

import base64

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
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


def test_a_notebook_hands_the_text_on_to_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    describing.describe_in_notebook()
    formatter = shell.display_formatter
    formatter.formatters["image/png"].for_type(plt.Figure, lambda figure: base64.b64encode(b"x"))
    figure, ax = plt.subplots()
    ax.plot([0, 1], [0, 1])
    ax.set_title("a straight line <b>")
    data, metadata = formatter.format(figure)
    assert "image/png" in data
    assert metadata["image/png"]["alt"] == "a straight line <b>: 1 line."
    notebook = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell("figure")
    cell.outputs = [
        nbformat.v4.new_output("display_data", {"image/png": "eA=="}, metadata=metadata)
    ]
    notebook.cells = [cell]
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert 'alt="a straight line &lt;b&gt;: 1 line."' in page
    plt.close(figure)
