"""Millimetres to motion capture on Rat7M's slice, for every method that the lab builds or is given, and how wide the posterior is.

``ours`` is mean / median over the 1,412 finite truths. An independent measurement of the same method is printed beside the table, since it is
not made here. GIMBAL sees no detection of KneeL and ElbowL, which are copies of KneeR's and ElbowR's; everything it needs to know
is fitted on one half of the frames and tested on the other, in turn. Its pose states are either fitted on the other half, or the 180 that its
authors published. ``--full`` adds the variants with a rigid head, on which HeadF and HeadL hang on HeadB.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.table import Row
from stats220.data.triangulation import MultiviewRecording, load_rat7m, load_rat7m_pose_states
from stats220.models import gimbal
from stats220.models.triangulation import triangulate_robust
from stats220.reference import triangulation as key

COPIES = ("KneeL", "ElbowL")
HEADING = ("SpineM", "SpineF")
SPREAD_MM = 3.5  # a network's knee is not the marker's: bones are at least so loose
STAY = 0.9  # probability that a published pose state goes on
SWEEPS, BURN = (
    {True: 120, False: 500},
    50,
)  # quick or not: the error of a mean of few samples is 2 % of what is measured

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Fold:
    """What GIMBAL says of one half of the frames: its samples there, and its mean on the half that everything was fitted on."""

    test: slice
    train: slice
    samples: Array  # (num_samples, num_frames, num_keypoints, 3), of the test half
    train_samples: Array


def run(quick: bool = True) -> list[Row]:
    """All of it takes some minutes on a CPU; quick: without the variants of a rigid head."""
    rat = load_rat7m()
    rows = [_row(name, points, rat, peer) for name, (points, peer) in plain_methods(rat).items()]
    variants = {
        "bone lengths, vague mean pose": ({"states": "mean"}, (7.0, np.inf)),
        "pose states of the other half": ({"states": "own"}, (4.53, 3.46)),
        "published pose states": ({"states": "published"}, (4.5, 3.4)),
    }
    if not quick:
        variants["published pose states, rigid head"] = (
            {"states": "published", "rigid_head": True},
            (4.5, 3.4),
        )
    for name, (settings, target) in variants.items():
        folds = gimbal_folds(rat, num_sweeps=SWEEPS[quick], **settings)
        points, shifted = (assemble(rat, folds, offset) for offset in (False, True))
        rows.append(_row(f"GIMBAL, {name}", points, rat, target))
        rows.append(_row(f"GIMBAL, {name}, one global offset", shifted, rat, (3.6, 2.5)))
        rows.append(_calibration(f"GIMBAL, {name}", folds, rat))
        for row in rows[-3:]:
            print(row.case, row.ours, row.note, flush=True)
    return rows


def plain_methods(rat: MultiviewRecording) -> dict[str, tuple[Array, tuple[float, float]]]:
    """Name, points (num_frames, num_keypoints, 3), and mean and median as measured independently (NaN: not measured)."""
    flat = rat.points_2d.reshape(len(rat.projections), -1, 2)
    shape = (*rat.points_2d.shape[1:3], 3)
    P = rat.projections
    dlt = key.triangulate_dlt(P, flat)
    ransac, inliers = key.triangulate_ransac(
        P, flat, 15.0, key.triangulate_dlt, key.reprojection_errors
    )
    # Smoothing and the median filter start from RANSAC; a point that fewer views support weighs less.
    points = ransac.reshape(shape)
    votes = inliers.sum(axis=0).reshape(shape[:2]) * np.isfinite(points).all(axis=-1)
    smooth, _ = key.smooth_trajectory(points, votes / 9.0, 3.0)
    found = {
        "DLT, all views": (dlt, (11.13, 5.73)),
        "median of pairs": (key.triangulate_median(P, flat, key.triangulate_dlt), (9.31, 4.24)),
        "RANSAC, 15 px": (ransac, (9.14, 3.90)),
        "RANSAC, median filter of 5": (key.median_filter(points, 5), (np.nan, np.nan)),
        "RANSAC, smoothed": (smooth, (np.nan, np.nan)),
    }
    for kind, name, peer in (
        (None, "reprojection, L2", (12.07, 6.32)),
        ("huber", "reprojection, Huber 5 px", (9.19, 4.26)),
        ("cauchy", "reprojection, Cauchy 5 px", (9.03, 3.89)),
    ):
        found[name] = (reproject(P, flat, kind, ransac if kind else dlt), peer)
    return {name: (np.reshape(points, shape), peer) for name, (points, peer) in found.items()}


def reproject(projections: Array, points_2d: Array, kind: str | None, start: Array) -> Array:
    """Least squares of reprojection errors, robust by iteratively reweighted steps."""

    def weights_of(errors_px: Array) -> Array:
        return np.ones_like(errors_px) if kind is None else key.robust_weights(errors_px, 5.0, kind)

    # The independent figures are of scipy.optimize.least_squares, whose losses take x and y apart.
    return triangulate_robust(
        projections, points_2d, start, project=key.project, weights_of=weights_of, each_axis=True
    )


def gimbal_folds(
    rat: MultiviewRecording,
    *,
    states: str,
    rigid_head: bool = False,
    num_sweeps: int = 120,
    seed: int = 0,
) -> list[Fold]:
    """Fit on one half of the frames and sample both halves, each half in turn."""
    points_2d = rat.points_2d.copy()
    copies = [rat.keypoint_names.index(name) for name in COPIES]
    points_2d[:, :, copies] = np.nan
    flat = points_2d.reshape(len(points_2d), -1, 2)
    start, _ = key.triangulate_ransac(
        rat.projections, flat, 15.0, key.triangulate_dlt, key.reprojection_errors
    )
    truth = np.asarray(rat.points_3d)
    start = start.reshape(truth.shape)
    image = key.project(rat.projections, truth.reshape(-1, 3)).reshape(points_2d.shape)
    errors = np.linalg.norm(points_2d - image, axis=-1)
    half = len(truth) // 2
    folds = []
    for test, train in ((slice(half, None), slice(half)), (slice(half), slice(half, None))):
        prior = fit_prior(rat, truth[train], states, rigid_head)
        noise = gimbal.fit_noise(errors[:, train])
        # Inliers are narrower than the median says: part of it is the distance from marker to key point.
        noise = replace(noise, inlier_std_px=0.6 * noise.inlier_std_px, outlier_probability=np.maximum(noise.outlier_probability, 0.15))  # fmt: skip
        both = [
            gimbal.sample_gimbal(
                prior, rat.projections, points_2d[:, part], start[part], noise=noise, num_chains=1, num_sweeps=num_sweeps, num_burn=BURN,
                seed=seed, progress=False, outlier_responsibilities=key.outlier_responsibilities, update_direction=key.update_direction,
            ).points_3d
            for part in (test, train)
        ]  # fmt: skip
        folds.append(Fold(test, train, *both))
    return folds


def fit_prior(
    rat: MultiviewRecording, truth: Array, states: str, rigid_head: bool
) -> gimbal.GimbalPrior:
    """Bone lengths and steps from the truth of the training frames; pose states from there too, or the published ones."""
    names = rat.keypoint_names
    parents = rat.parents.copy()
    head = [names.index(name) for name in ("HeadF", "HeadL")]
    if rigid_head:
        parents[head] = names.index("HeadB")
    heading = (names.index(HEADING[0]), names.index(HEADING[1]))
    prior = gimbal.fit_gimbal(
        truth,
        parents,
        heading_keypoints=heading,
        num_states=12 if states == "own" else 1,
        softness=1.0,  # the bones are made loose below, and the published states are soft enough
    )
    loose = np.maximum(prior.bone_variances, SPREAD_MM**2)
    if rigid_head:
        loose[head] = prior.bone_variances[head]
    concentrations = np.minimum(
        prior.pose_concentrations, {"mean": 2.0, "own": 30.0}.get(states, np.inf)
    )
    prior = replace(prior, bone_variances=loose, pose_concentrations=concentrations)
    if states != "published":
        return prior
    published = load_rat7m_pose_states()
    directions, concentrations = published.directions.copy(), published.concentrations.copy()
    if rigid_head:
        # From HeadB to the others: the difference of the two bones that leave SpineF, as long as in these frames; and vague.
        lengths = gimbal.fit_gimbal(
            truth, rat.parents, heading_keypoints=heading, num_states=1
        ).bone_lengths
        ends = lengths[:, None] * published.directions
        for k in head:
            across = ends[:, k] - ends[:, names.index("HeadB")]
            directions[:, k] = across / np.linalg.norm(across, axis=-1, keepdims=True)
            concentrations[:, k] = 5.0
    num_states = len(concentrations)
    return replace(
        prior,
        pose_directions=directions,
        pose_concentrations=concentrations,
        transition=STAY * np.eye(num_states) + (1 - STAY) * published.probabilities,
    )


def assemble(rat: MultiviewRecording, folds: list[Fold], offset: bool) -> Array:
    """Posterior means of all frames, less the offset between detections and markers of the half that was fitted on."""
    points = np.empty_like(np.asarray(rat.points_3d))
    for fold in folds:
        points[fold.test] = fold.samples.mean(axis=0)
        if offset:
            points[fold.test] -= global_offset(rat, fold)
    return points


def global_offset(rat: MultiviewRecording, fold: Fold) -> Array:
    """One vector (3,) for all key points, of the half that everything was fitted on."""
    return _middle_of(rat, fold.train_samples, np.asarray(rat.points_3d)[fold.train])


def _middle_of(rat: MultiviewRecording, samples: Array, truth: Array) -> Array:
    """The geometric median of what the posterior mean is off by, over frames and the key points that are not copies.

    By Weiszfeld's iteration: the shift after which the mean distance is least.
    """
    seen = [k for k, name in enumerate(rat.keypoint_names) if name not in COPIES]
    off = (samples.mean(axis=0) - truth)[:, seen].reshape(-1, 3)
    off = off[np.isfinite(off).all(axis=1)]
    middle = np.median(off, axis=0)
    for _ in range(50):
        weights = 1 / np.maximum(np.linalg.norm(off - middle, axis=1), 0.1)
        middle = weights @ off / weights.sum()
    return np.asarray(middle)


def _calibration(name: str, folds: list[Fold], rat: MultiviewRecording) -> Row:
    """Share of truths in the 90 % regions, as sampled and once mended on the training half."""
    truth = np.asarray(rat.points_3d)
    plain, mended = [], []
    for fold in folds:
        plain.append(gimbal.region_of_truth(fold.samples, truth[fold.test]))
        offset = global_offset(rat, fold)
        extra = held_out_spread(rat, fold.train_samples, truth[fold.train])
        mended.append(
            gimbal.region_of_truth(fold.samples - offset, truth[fold.test], extra_std_mm=extra)
        )
    before, after = (
        np.mean(x[np.isfinite(x)] < 0.9) for x in (np.concatenate(plain), np.concatenate(mended))
    )
    return Row(
        "rat7m",
        f"{name}: truths in 90 % regions",
        f"{before:.0%}, mended {after:.0%}",
        "",
        float("nan"),
        "90 % is right; mended: the offset, and the spread of each marker about its key point, fitted on the other half",
    )


def held_out_spread(rat: MultiviewRecording, samples: Array, truth: Array) -> Array:
    """The larger spread of two: each quarter's of the frames, about the offset of the other quarter, since both drift."""
    quarters = slice(len(truth) // 2), slice(len(truth) // 2, None)
    spreads = [
        marker_spread(
            samples[:, own] - _middle_of(rat, samples[:, other], truth[other]), truth[own]
        )
        for own, other in (quarters, quarters[::-1])
    ]
    return np.maximum(*spreads)


def marker_spread(samples: Array, truth: Array) -> Array:
    """For each key point the standard deviation (mm) beside the posterior's own that explains 90 % of the training half's truths.

    Key points with fewer than 5 truths get the largest of the others.
    """
    known = np.isfinite(truth).all(axis=-1)
    candidates = np.geomspace(0.2, 60, 60)
    held = np.stack(
        [gimbal.region_of_truth(samples, truth, extra_std_mm=std) < 0.9 for std in candidates]
    )
    spread = np.full(truth.shape[1], np.nan)
    for k in np.flatnonzero(known.sum(axis=0) >= 5):
        share = held[:, known[:, k], k].mean(axis=1)
        spread[k] = candidates[np.argmax(share >= 0.9)] if share.max() >= 0.9 else candidates[-1]
    return np.where(np.isfinite(spread), spread, np.nanmax(spread))


def _row(name: str, points: Array, rat: MultiviewRecording, peer: tuple[float, float]) -> Row:
    off = np.linalg.norm(points - np.asarray(rat.points_3d), axis=-1)
    known = np.isfinite(rat.points_3d).all(axis=-1)
    missing = int(np.isnan(off[known]).sum())
    errors = off[known & np.isfinite(off)]
    mean, median, p90 = errors.mean(), np.median(errors), np.percentile(errors, 90)
    if np.isfinite(peer[0]):
        figures = " / ".join("-" if not np.isfinite(x) else f"{x:.2f}" for x in peer)
        print(f"  not measured here: {name}, an independent measurement: {figures} mm")
    return Row(
        "rat7m",
        name,
        f"{mean:.2f} / {median:.2f} mm",
        "",
        float("nan"),
        f"mean / median of {len(errors)} truths, p90 {p90:.1f}"
        + (f"; {missing} not found" if missing else ""),
    )
