"""Lab 5's checks of triangulation by linear algebra."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.diagnosis import named_by
from stats220.checks.lazily import lazily
from stats220.checks.triangulation.dlt_slips import (
    MISSING,
    error_slips,
    gap_slips,
    median_slips,
    one_more,
    one_more_with_gaps,
    point_slips,
)
from stats220.checks.triangulation.inputs import NAN, hidden_from, rig, somewhere
from stats220.checks.triangulation.stand_ins import (
    flat_cameras,
    flat_images,
    flat_triangulate,
    untouched,
)

MM = 1e-2  # how far off a point may be that was triangulated from its exact images


@checked
def triangulate_dlt(triangulate_dlt: Any) -> Checks:
    """Exact images, for which any right set of rows has the same answer, in layouts in which every view is needed."""
    checks = Checks("triangulate_dlt", hidden_points=1)
    two_views = "finds points from their exact images in two views"

    with checks(
        2,
        two_views,
        hint="Which of the two steps is off? Put the true point, with a 1 below it, into your rows: each has to give zero. If they do, it is the "
        "vector that you take, or what you make of its four components.",
        remedy="Rows p · third - first and q · third - second; np.linalg.svd(rows)[2][:, -1] is (x, y, z, 1) up to a factor, so "
        "divide by its fourth component.",
    ):
        for num_points in (6, 1):
            cameras, points = rig(checks.rng, 2), somewhere(checks.rng, num_points)
            found = triangulate_dlt(cameras.projections, cameras.images(points))
            name, slips = f"points_3d, {num_points} points", point_slips(points)
            with named_by(checks, partial(one_more, triangulate_dlt)):
                checks.close(found, points, atol=MM, name=name, nan_equal=True, looks_like=slips)

    with checks(
        1,
        "uses every view, however many there are",
        hint="How many rows are there for each point? Here all cameras but one stand at the same place, so that all depends on the "
        "one that stands elsewhere.",
        remedy="Two rows from each of the views, stacked to (num_points, 2 · num_cameras, 4).",
    ):
        for num_cameras in (3, 5):
            pair, points = rig(checks.rng, 2), somewhere(checks.rng, 4)
            for odd in range(num_cameras):
                cameras = pair.pick([int(c == odd) for c in range(num_cameras)])
                seen = {"projections": cameras.projections, "points_2d": cameras.images(points)}
                found = triangulate_dlt(**seen)
                name = f"points_3d, {num_cameras} views, only view {odd} elsewhere"
                checks.close(found, points, atol=MM, name=name)
                checks.array(found, (4, 3), name=name)

    left_out = "leaves out the views that do not see a point"
    with checks(
        1,
        left_out,
        hint="A detection at pixel (0, 0) is a claim; a missing detection is none. What do you put into the rows of a view that does not "
        "see the point? And must one missing view cost the point its other views?",
        remedy="Set the two rows of such a view to zero (all four entries), or leave them out, point by point.",
    ):
        cameras, points = rig(checks.rng, 5), somewhere(checks.rng, 12)
        pixels = cameras.images(points)
        pixels[hidden_from(checks.rng, 5, np.array([2, 3, 4, 5] * 3))] = NAN
        found = triangulate_dlt(cameras.projections, pixels)
        slips = gap_slips(~np.isnan(pixels[..., 0]), points)
        name = "points_3d, seen by 2 to 5 of 5 views"
        with named_by(checks, partial(one_more_with_gaps, triangulate_dlt)):
            checks.close(found, points, atol=MM, name=name, nan_equal=True, looks_like=slips)

    with checks(
        1,
        "gives NaN where fewer than two views see the point, and there only",
        hint="One view gives a ray. The decomposition returns a unit vector all the same, for one view and for none: it does not know "
        "that it should not.",
        remedy="Count the views that see each point; np.where(count >= 2, points_3d, np.nan).",
    ):
        cameras, points = rig(checks.rng, 3), somewhere(checks.rng, 8)
        pixels, num_seen = cameras.images(points), np.array([0, 1, 2, 3, 1, 2, 0, 3])
        hidden = hidden_from(checks.rng, 3, num_seen)
        hidden[:, 2] = [True, False, False]  # two views without the first, whatever is drawn
        pixels[hidden] = NAN
        found = to_numpy(triangulate_dlt(cameras.projections, pixels))
        checks.shape(found, (8, 3), name="points_3d")
        wrong = np.flatnonzero(np.isnan(found).all(axis=1) != (num_seen < 2))
        if len(wrong):
            what = f"point {wrong[0]} is seen by {num_seen[wrong[0]]} of 3 views"
            message = f"{what}, and came out as {np.round(found[wrong[0]], 2).tolist()}"
            slips = {
                "0 stands for a point that fewer than two views see": (found == 0).all(axis=1),
                "one view is taken for enough": num_seen == 1,
                "points are computed however few views see them": num_seen < 2,
                "one missing detection costs a point its other views": num_seen == 2,
            }
            told = [slip for slip, points in slips.items() if set(wrong) == set(*points.nonzero())]
            checks.that(False, message, slip=next(iter(told), ""))

    with checks(
        1,
        "leaves the cameras and the pixels as they were",
        hint="Who else needs the NaN that you took out, or the pixels that you moved?",
        remedy="np.nan_to_num(..., copy=False) and `points_2d[...] = 0` write into the caller's array: work on a copy.",
        needs=two_views,
    ):
        cameras, points = rig(checks.rng, 4), somewhere(checks.rng, 5)
        matrices, pixels = cameras.projections, cameras.images(points)
        pixels[0, 1:3] = NAN
        found, afterwards = checks.call(triangulate_dlt, matrices, pixels)
        checks.shape(found, (5, 3), name="points_3d")
        checks.close(to_numpy(found)[[0, 3, 4]], points[[0, 3, 4]], atol=MM, name="points_3d")
        untouched(checks, ("projections", "points_2d"), (matrices, pixels), afterwards)

    return checks


@checked
def reprojection_errors(reprojection_errors: Any) -> Checks:
    """Images that are moved by known distances."""
    checks = Checks("reprojection_errors", hidden_points=1)

    with checks(
        1,
        "is the distance in pixels, for each view and point, and leaves its inputs as they were",
        hint="A distance: one number, never negative, as a ruler measures it. The two differences are the legs of a right triangle, so they are not "
        "added up as they are, and no mean is taken. It is measured in the image, so project first, with the division.",
        remedy="np.linalg.norm(landed - points_2d, axis=-1): the root of the sum of squares, (num_cameras, num_points).",
    ):
        for num_cameras, num_points in ((4, 6), (3, 3), (2, 1)):
            cameras, points = rig(checks.rng, num_cameras), somewhere(checks.rng, num_points)
            moved = checks.rng.normal(size=(num_cameras, num_points, 2)) * [8, 3]
            given = (cameras.projections, cameras.images(points) + moved, points)
            found, afterwards = checks.call(reprojection_errors, *given)
            name = f"errors_px, {num_cameras} views, {num_points} points"
            slips = lazily(error_slips, cameras, points, moved)
            expected = np.hypot(*np.moveaxis(moved, -1, 0))
            # The value of some mistakes has NaN.
            checks.close(found, expected, atol=1e-2, name=name, nan_equal=True, looks_like=slips)
            untouched(checks, ("projections", "points_2d", "points_3d"), given, afterwards)

    with checks(
        1,
        "gives NaN where there is no detection, no point, or no image of the point",
        hint="Three things can be missing, and an error of 0 would call each of them perfect. Where does a point behind the camera land?",
        remedy="NaN minus anything is NaN, so leave NaN in; and where w <= 0 set the result to NaN.",
    ):
        camera = np.array([[200.0, 0, 30, 0], [0, 100, 20, 0], [0, 0, 1, 0]])
        matrices = np.stack([camera, camera])
        matrices[1, 2, 3] = 8  # it stands 8 further back
        points = np.array([[1.0, -2, 4], [1, -2, 4], [NAN, NAN, NAN], [1, -2, -4]])
        pixels = np.array([[[83.0, -26.0]] * 4, [[30.0 - 20 / 3, 20 - 70 / 6]] * 4])
        pixels[0, 1] = NAN
        found = reprojection_errors(projections=matrices, points_2d=pixels, points_3d=points)
        checks.shape(found, (2, 4), name="errors_px")
        expected = [[False, True, True, True], [False, False, True, False]]
        slips = {slip: np.array(where, bool) for slip, where in MISSING.items()}
        name = "where errors_px is NaN: it"
        checks.equal(np.isnan(to_numpy(found)), expected, name=name, looks_like=slips)
        checks.array(found, (2, 4), name="errors_px")

    return checks


@checked
def triangulate_median(triangulate_median: Any) -> Checks:
    """A flat world, in which what a pair says can be told in the head."""
    checks = Checks("triangulate_median", hidden_points=1)
    median = "is the median over pairs of views, for each coordinate and point"

    with checks(
        1,
        median,
        hint="Every pair that sees a point proposes a place for it; how many pairs do C views make? Those that do not see it have no say, and x, y and z "
        "have a median each.",
        remedy="itertools.combinations(range(num_cameras), 2), two cameras and two views at a time; np.nanmedian over what they propose, axis 0.",
    ):
        cameras = flat_cameras(["xy", "yz", "zx", "yx"], checks.rng.integers(-50, 50, (4, 2)))
        pixels = flat_images(cameras, checks.rng.integers(-99, 99, (7, 3)))
        pixels = pixels + checks.rng.integers(-9, 10, pixels.shape)
        pixels[2, 0], pixels[:3, 1], pixels[1:, 2] = NAN, NAN, NAN
        found = triangulate_median(cameras, pixels, flat_triangulate)
        said = [
            [flat_triangulate(cameras[[a, b]], pixels[[a, b]]) for b in range(4)] for a in range(4)
        ]
        slips = lazily(median_slips, cameras, pixels, np.array(said))
        expected, name = median_of_pairs(cameras, pixels), "points_3d"
        checks.close(found, expected, atol=1e-6, name=name, nan_equal=True, looks_like=slips)

    with checks(
        1,
        "takes its arguments by name and returns an array, and leaves the cameras and the pixels as they were",
        hint="Who else needs the NaN that you took out, or the views that you left out?",
        remedy="`points_2d[...] = 0` and the like write into the caller's array: work on a copy.",
        needs=median,
    ):
        cameras = flat_cameras(["xy", "yz", "zx"], checks.rng.integers(-50, 50, (3, 2)))
        pixels = flat_images(cameras, checks.rng.integers(-99, 99, (4, 3)))
        pixels = np.where(np.arange(4)[:, None] == 1, NAN, pixels)
        given = {"projections": cameras, "points_2d": pixels, "triangulate": flat_triangulate}
        checks.array(triangulate_median(**given), (4, 3), name="points_3d")
        _, afterwards = checks.call(triangulate_median, *given.values())
        untouched(checks, tuple(given)[:2], (cameras, pixels), afterwards)

    return checks


def median_of_pairs(cameras: Any, pixels: Any) -> Any:
    """The median of what the pairs say, one point and coordinate at a time."""
    expected = np.full((pixels.shape[1], 3), NAN)
    for point, axis in np.ndindex(*expected.shape):
        said = []
        for a in range(len(cameras)):
            for b in range(a):
                pair = flat_triangulate(cameras[[b, a]], pixels[[b, a], point][:, None])
                said.append(pair[0, axis])
        known = [value for value in said if not np.isnan(value)]
        if known:
            expected[point, axis] = np.median(known)
    return expected
