"""Explorers of triangulation: move a point and watch it in all views; drag one detection away and watch each method move."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.skeletons import Edges, axes_3d, equal_scale
from stats220.plotting.triangulation import figure_views
from stats220.widgets.picture import empty_picture, show_figure

Project = Callable[[Any, Any], Any]
Method = Callable[[Any, Any], Any]  # (projections, points_2d (num_cameras, 1, 2)) -> (1, 3)


def explore_point(
    projections: Any,
    points_2d: Any,
    project: Project,
    edges: Edges,
    *,
    start_mm: Sequence[float],
    reach_mm: float = 150.0,
    camera_names: Sequence[str] | None = None,
) -> ipywidgets.VBox:
    """Sliders for a point in space, above its image in each view.

    Parameters
    ----------
    projections : array (num_cameras, 3, 4)
    points_2d : array (num_cameras, num_keypoints, 2)
        The detections of one frame, to see the point among.
    project : function
        ``project(projections, points_3d)``, the cameras.
    edges : sequence of (int, int)
        Bones.
    start_mm : three numbers
        Where the point begins.
    reach_mm : float
        How far each slider goes to both sides.
    camera_names : sequence of num_cameras str, optional

    Returns
    -------
    ipywidgets.VBox
        Show it as a cell's last value.

    Raises
    ------
    InputError
        If `start_mm` is not three finite numbers.
    """
    start = to_numpy(start_mm).astype(float)
    if start.shape != (3,) or not np.isfinite(start).all():
        raise InputError(f"start_mm must be three finite numbers: got {start_mm}")
    sliders = [
        ipywidgets.FloatSlider(
            value=round(place), min=round(place - reach_mm), max=round(place + reach_mm), step=5,
            description=f"{axis} (mm)", continuous_update=False,
        )
        for axis, place in zip("xyz", start, strict=True)
    ]  # fmt: skip
    picture = empty_picture()

    @style.off_screen()
    def draw(change: object = None) -> None:
        point = np.array([[slider.value for slider in sliders]])
        landed = to_numpy(project(projections, point))[:, 0]
        figure = figure_views(
            points_2d, edges, camera_names=camera_names, marked={"your point": landed}
        )
        show_figure(picture, figure)

    for slider in sliders:
        slider.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox(sliders), picture])


def explore_outlier(
    projections: Any,
    points_2d: Any,
    methods: Mapping[str, Method],
    *,
    truth_mm: Sequence[float] | None = None,
    reach_px: float = 150.0,
) -> ipywidgets.VBox:
    """Move the detection of one view, and see where each method then puts the point.

    Parameters
    ----------
    projections : array (num_cameras, 3, 4)
    points_2d : array (num_cameras, 2)
        The detections of one key point in one frame.
    methods : mapping from name to function
        ``method(projections, points_2d)`` triangulates, (num_cameras, num_points, 2) to (num_points, 3).
    truth_mm : three numbers, optional
        Distances are from there; without it, from where the first method puts the point before anything is moved.
    reach_px : float
        How far a detection can be moved along each axis.

    Returns
    -------
    ipywidgets.VBox
        Show it as a cell's last value.

    Raises
    ------
    InputError
        If there is no method, or the detections are not (num_cameras, 2).
    """
    pixels = to_numpy(points_2d).astype(float)
    if pixels.shape != (len(projections), 2):
        raise InputError(
            f"points_2d must be ({len(projections)}, 2), one key point: got {pixels.shape}"
        )
    if not methods:
        raise InputError("methods is empty: name at least one function that triangulates")
    first = next(iter(methods.values()))
    center = to_numpy(first(projections, pixels[:, None])[0] if truth_mm is None else truth_mm)
    camera = ipywidgets.Dropdown(
        options=[(f"camera {c + 1}", c) for c in range(len(pixels))], description="move"
    )
    moves = [
        ipywidgets.FloatSlider(
            value=0,
            min=-reach_px,
            max=reach_px,
            step=2,
            description=f"{axis} (px)",
            continuous_update=False,
        )
        for axis in ("column", "row")
    ]
    picture, said = empty_picture(), ipywidgets.HTML()

    @style.off_screen()
    def draw(change: object = None) -> None:
        moved = pixels.copy()
        moved[camera.value] += [slider.value for slider in moves]
        found = {
            name: to_numpy(method(projections, moved[:, None]))[0]
            for name, method in methods.items()
        }
        ax = axes_3d(size=(5.6, 4.4))
        ax.plot(
            *center[:, None],
            "k+",
            markersize=14,
            label="truth" if truth_mm is not None else "before",
        )
        for index, (name, place) in enumerate(found.items()):
            ax.plot(*place[:, None], "o", color=style.color(index), label=name)
        equal_scale(ax, np.stack([center - 60, center + 60]))
        ax.legend(fontsize="small", loc="upper left")
        show_figure(picture, ax.get_figure())
        rows = [f"{name}: {np.linalg.norm(place - center):.1f} mm" for name, place in found.items()]
        said.value = "distance: " + ", ".join(rows)

    for control in (camera, *moves):
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox([camera, *moves]), said, picture])
