"""The look of all plots: colors that everybody tells apart, signed maps about zero, nothing set globally."""

import itertools
import subprocess
import sys
from collections.abc import Iterator

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from stats220.errors import InputError
from stats220.plotting import style

# Simulated color vision deficiencies, for linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.
MACHADO = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
LINEAR_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)  # fmt: skip


@pytest.fixture(autouse=True)
def _on_paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("plt.show was called"))
    with matplotlib.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def lab(color: str, deficiency: str) -> np.ndarray:
    """CIE L*a*b* of a color as seen with a deficiency."""
    srgb = np.array(to_rgb(color))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(MACHADO[deficiency]) @ linear, 0, 1)
    xyz = LINEAR_TO_XYZ @ linear / (0.95047, 1.0, 1.08883)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("deficiency", MACHADO)
def test_colors_differ_for_every_kind_of_color_vision(deficiency: str) -> None:
    """A CIE76 difference of 2.3 is just noticeable; line colors want several times that."""
    seen = [lab(color, deficiency) for color in style.PALETTE]
    difference = {
        (i, j): np.linalg.norm(seen[i] - seen[j])
        for i, j in itertools.combinations(range(len(seen)), 2)
    }
    assert min(difference.values()) > 9, min(difference, key=lambda pair: difference[pair])


def test_the_first_five_stand_out_from_dark_frames_and_white_paper() -> None:
    lightness = [lab(color, "normal")[0] for color in style.PALETTE[:5]]
    assert min(lightness) > 50
    assert max(lightness) < 75


def test_colors_come_again() -> None:
    assert style.color(0) == style.PALETTE[0] == style.color(len(style.PALETTE))
    assert len({style.color(k) for k in range(8)}) == 8


def test_importing_plots_sets_nothing() -> None:
    program = (
        "import matplotlib; before = dict(matplotlib.rcParams); "
        "import stats220.plotting.pose, stats220.plotting.style; "
        "import matplotlib.pyplot as plt; after = dict(matplotlib.rcParams); "
        "changed = {k for k in after if str(after[k]) != str(before[k])} - {'backend'}; "
        "assert not changed, changed; assert not plt.get_fignums()"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_given_axes_are_used() -> None:
    _, ax = plt.subplots()
    assert style.on_axes(ax) is ax
    assert len(plt.get_fignums()) == 1
    assert style.on_axes(size=(3.0, 2.0)).figure.get_size_inches().tolist() == [3.0, 2.0]
    assert len(plt.get_fignums()) == 2


def test_panels_are_always_a_grid() -> None:
    figure, axes = style.new_panels(1, 1, panel_size=(2.0, 3.0))
    assert axes.shape == (1, 1)
    assert style.new_panels(2, 3)[1].shape == (2, 3)
    assert figure.get_size_inches().tolist() == [2.0, 3.0]


def test_signed_maps_are_symmetric_and_white_at_zero() -> None:
    values = np.array([[-1.0, 0.0], [3.0, np.nan]])
    artist = style.show_signed(style.on_axes(), values, quantity="weight (volts)")
    assert artist.get_clim() == (-3.0, 3.0)
    assert np.allclose(artist.to_rgba(np.array([0.0]))[0], 1.0, atol=0.04)
    red, _, blue, _ = artist.to_rgba(np.array([2.0]))[0]
    assert red > blue
    assert artist.axes is not None
    assert [ax.get_ylabel() for ax in artist.axes.figure.axes] == ["y (pixels)", "weight (volts)"]


def test_signed_maps_can_share_their_limit() -> None:
    assert style.signed_limit(torch.tensor([[-2.0, 1.5]])) == 2.0
    assert style.signed_limit(np.array([np.inf, np.nan, -4.0])) == 4.0
    assert style.signed_limit(np.zeros((2, 2))) == 1.0  # colors need a range
    assert style.signed_limit(np.array([], dtype=np.int16)) == 1.0
    artist = style.show_signed(style.on_axes(), np.ones((2, 2)), limit=5)
    assert artist.get_clim() == (-5.0, 5.0)
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="limit must be positive"):
            style.show_signed(style.on_axes(), np.ones((2, 2)), limit=wrong)


def test_pixel_centres_are_at_whole_numbers_and_y_goes_down() -> None:
    artist = style.show_image(style.on_axes(), np.zeros((3, 5)))
    assert artist.get_extent() == [-0.5, 4.5, 2.5, -0.5]
    assert artist.axes is not None
    assert artist.axes.get_ylim() == (2.5, -0.5)
