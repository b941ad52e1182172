"""Lab 3's hidden checks of the coordinate ascent that joins the updates."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.calcium.doubles import (
    Rising,
    background_of_all_pixels,
    image_of_brightest_frame,
    row_of_brightest_pixel,
)


@checked
def ascend(ascend: Any) -> Checks:
    """Three neurons that overlap, beside the plain algorithm, which takes the movie apart anew for each update."""
    checks = Checks("ascend", hidden=True)

    with checks(
        2,
        "goes through overlapping neurons and their background as the plain algorithm does, sweep by sweep",
        hint="What is in the residual at each update: all parts as they are by now, but for the one that is updated? Is it taken off again "
        "as it is then, new footprint and new trace, the background too?",
    ):
        movie = checks.rng.normal(size=(8, 11))
        footprints = np.zeros((3, 8))
        for k, pixels in enumerate((slice(0, 5), slice(2, 7), slice(3, 8))):
            footprints[k, pixels] = checks.rng.uniform(0.2, 1, 5)
            footprints[k] /= np.linalg.norm(footprints[k])
        behind = checks.rng.uniform(0.2, 1, 8)
        for sweeps in (1, 3):
            found = ascend(
                *(movie, footprints, behind, row_of_brightest_pixel, image_of_brightest_frame),
                *(background_of_all_pixels, checks.make(Rising)),
                max_sweeps=sweeps,
                tolerance=-1.0,
            )
            names = [
                "footprints",
                "traces",
                "background_footprint",
                "background_trace",
                "objective",
            ]
            expected = plain(movie, footprints, behind, sweeps)
            for name, got, want in zip(names, checks.items(found, 5), expected, strict=True):
                checks.close(got, want, atol=1e-6, rtol=1e-6, name=f"{name} after {sweeps} sweeps")

    return checks


def plain(movie: Any, footprints: Any, behind: Any, sweeps: int) -> tuple[Any, ...]:
    """Coordinate ascent that makes the residual anew, from the movie, for each update."""
    inside = footprints != 0
    U, C = footprints.copy(), np.zeros((len(footprints), movie.shape[1]))
    u0, c0 = background_of_all_pixels(movie, behind)

    def left(without: int) -> Any:
        kept = np.arange(len(U)) != without
        return movie - U[kept].T @ C[kept] - np.outer(u0, c0)

    objective = Rising()
    history = [objective(left(-1), C, c0)]
    for _ in range(sweeps):
        for k, where in enumerate(inside):
            C[k] = row_of_brightest_pixel(left(k)[where], U[k, where])
            U[k, where] = image_of_brightest_frame(left(k)[where], C[k])
        u0, c0 = background_of_all_pixels(movie - U.T @ C, u0)
        history.append(objective(left(-1), C, c0))
    return U, C, u0, c0, np.array(history)
