"""Lab 5's plots of a posterior: pose states, clouds of draws, and how often regions hold what they claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.skeletons import draw_bones


def figure_pose_states(
    pose_directions: Float[Any, "num_states num_keypoints 3"],
    bone_lengths: Float[Any, num_keypoints],
    parents: Int[Any, num_keypoints],
    *,
    titles: Sequence[str] | None = None,
    max_states: int = 8,
) -> Figure:
    """Each pose state as a little skeleton, seen from the side and from above, facing right.

    Parameters
    ----------
    pose_directions : array (num_states, num_keypoints, 3)
        Mean direction of each bone, with x ahead, y left, z up.
    bone_lengths : array (num_keypoints,)
        In mm.
    parents : int array (num_keypoints,)
        -1: a root.
    titles : sequence of num_states str, optional
    max_states : int
        Only the first so many.

    Returns
    -------
    Figure
    """
    directions = to_numpy(pose_directions)[:max_states]
    lengths, above = to_numpy(bone_lengths), [int(parent) for parent in to_numpy(parents)]
    names = titles or [f"state {s}" for s in range(len(directions))]
    figure, axes = style.new_panels(2, len(directions), panel_size=(1.9, 1.9))
    edges = [(k, parent) for k, parent in enumerate(above) if parent >= 0]
    poses = np.zeros_like(directions)
    for k in _parents_first(above):
        if above[k] >= 0:
            poses[:, k] = poses[:, above[k]] + lengths[k] * directions[:, k]
    margin = 0.05 * np.ptp(poses)
    limits = np.stack([poses.min(axis=(0, 1)) - margin, poses.max(axis=(0, 1)) + margin], axis=1)
    for column, pose, name in zip(axes.T, poses, names, strict=False):
        for ax, pair, label in ((column[0], [0, 2], "z"), (column[1], [0, 1], "y")):
            draw_bones(ax, pose[:, pair], edges, color=style.color(5))
            # One scale for all, to be compared.
            ax.set(xlim=limits[pair[0]], ylim=limits[pair[1]], aspect="equal")
            style.label_axes(ax, "x ahead (mm)", f"{label} (mm)" if ax in axes[:, 0] else "", "")
            ax.tick_params(labelsize="x-small")
        column[0].set_title(name, fontsize="small")
    return figure


def plot_clouds(
    samples_3d: Mapping[str, Float[Any, "num_samples 3"]],
    truth: Mapping[str, Float[Any, 3]],
    *,
    axes_shown: tuple[int, int] = (0, 2),
    ax: Axes | None = None,
) -> Axes:
    """Draws from the posterior of several key points in one frame, outlined at two standard deviations, and where they truly were.

    Parameters
    ----------
    samples_3d : mapping from key point to array (num_samples, 3)
        In mm.
    truth : mapping from key point to array (3,)
        NaN where it is not known.
    axes_shown : (int, int)
        Which two of x, y and z.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = style.on_axes(ax, size=(6.4, 4.6))
    shown = list(axes_shown)
    for index, (name, draws) in enumerate(samples_3d.items()):
        places = to_numpy(draws)[:, shown]
        ax.plot(*places.T, ".", color=style.color(index), markersize=2, alpha=0.4)
        # Above all dots, so that a cloud is seen that lies under another one.
        ax.plot(*_outline(places).T, color=style.color(index), linewidth=2, zorder=2.5)
        ax.plot([], [], "o", color=style.color(index), label=name)
        if name in truth:
            ax.plot(*to_numpy(truth[name])[shown], "k+", markersize=12, markeredgewidth=2)
    ax.plot([], [], "k+", label="truth")
    ax.set_aspect("equal", adjustable="datalim")
    style.label_axes(ax, f"{'xyz'[shown[0]]} (mm)", f"{'xyz'[shown[1]]} (mm)")
    ax.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return ax


def plot_calibration(
    probabilities: Mapping[str, Float[Any, ...]], *, ax: Axes | None = None
) -> Axes:
    """How many truths lie in the regions that claim a probability.

    Parameters
    ----------
    probabilities : mapping from name to array
        For each truth, the probability of the smallest region that holds it; NaN is left out. Right ones are uniform.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If a number lies outside 0 to 1, or none is left.
    """
    ax = style.on_axes(ax, size=(5.2, 4.4))
    ax.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="as it should be")
    claimed = np.linspace(0, 1, 101)
    for index, (name, values) in enumerate(probabilities.items()):
        known = to_numpy(values)[np.isfinite(to_numpy(values))]
        if not known.size or known.min() < 0 or known.max() > 1:
            raise InputError(f"{name} must hold probabilities from 0 to 1, and one at least")
        held = np.searchsorted(np.sort(known), claimed, side="right") / known.size
        at_90 = np.mean(known <= 0.9)
        label = f"{name}: {100 * at_90:.0f} % in 90 % regions"
        ax.plot(claimed, held, color=style.color(index), linewidth=2, label=label)
    ax.axvline(0.9, color="0.8", linewidth=0.8)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_aspect("equal")
    style.label_axes(ax, "probability that the region claims", "share of truths inside")
    ax.legend(fontsize="small", loc="upper left")
    return ax


def _outline(places: Float[Any, "num_samples 2"]) -> Float[np.ndarray[Any, Any], "73 2"]:
    """The ellipse of two standard deviations around the mean."""
    variances, directions = np.linalg.eigh(np.cov(places.T))
    angles = np.linspace(0, 2 * np.pi, 73)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    half_axes = 2 * np.sqrt(np.maximum(variances, 0)) * directions
    ellipse: Float[np.ndarray[Any, Any], "73 2"] = places.mean(axis=0) + circle @ half_axes.T
    return ellipse


def _parents_first(parents: Sequence[int]) -> list[int]:
    """Key points in an order in which each comes after its parent."""
    order: list[int] = []
    while len(order) < len(parents):
        ready = [k for k, p in enumerate(parents) if k not in order and (p < 0 or p in order)]
        if not ready:
            raise InputError("the skeleton has a loop: each key point needs a way up to a root")
        order += ready
    return order
