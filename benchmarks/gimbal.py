"""GIMBAL on the simulator: whether its 90 % regions hold 90 % of the truths, the error against RANSAC, and effective samples a second.

Everything is fitted to the truth of the first 200 frames and tested on those after. ``peer`` is what GIMBAL starts from.
"""

from __future__ import annotations

import time

import numpy as np
import torch

from benchmarks.table import Row
from stats220.data.triangulation import simulate_multiview
from stats220.models import gimbal
from stats220.reference import triangulation as key

TRAIN = 200


def run(quick: bool = True) -> list[Row]:
    """Quick: one recording and 60 frames; full: four recordings and 100 frames."""
    torch.set_num_threads(1)
    num_test, seeds = (60, [0]) if quick else (100, [0, 1, 2, 3])
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    rows = []
    for device in devices:
        held, errors, starts, effective, taken = [], [], [], [], 0.0
        for seed in seeds:
            recording = simulate_multiview(num_frames=TRAIN + num_test, seed=seed)
            train = recording.select(frames=slice(TRAIN))
            test = recording.select(frames=slice(TRAIN, None))
            names = recording.keypoint_names
            prior = gimbal.fit_gimbal(
                train.points_3d, train.parents, heading_keypoints=(names.index("SpineL"), names.index("SpineF")), num_states=10
            )  # fmt: skip
            flat = test.points_2d.reshape(len(test.projections), -1, 2)
            start, _ = key.triangulate_ransac(
                test.projections, flat, 15.0, key.triangulate_dlt, key.reprojection_errors
            )
            truth = np.asarray(test.points_3d)
            start = start.reshape(truth.shape)
            before = time.perf_counter() if device == "cuda" else time.process_time()
            samples = gimbal.sample_gimbal(
                prior, test.projections, test.points_2d, start, num_chains=2, num_sweeps=400, num_burn=100, seed=seed, device=device,
                progress=False, outlier_responsibilities=key.outlier_responsibilities, update_direction=key.update_direction,
            )  # fmt: skip
            taken += (time.perf_counter() if device == "cuda" else time.process_time()) - before
            held.append(gimbal.region_of_truth(samples.points_3d, truth).ravel())
            errors.append(np.linalg.norm(samples.mean_points_3d - truth, axis=-1).ravel())
            starts.append(np.linalg.norm(start - truth, axis=-1).ravel())
            convergence = gimbal.check_convergence(samples, num_coordinates=200)
            effective.append(convergence)
        levels, ours, theirs = map(np.concatenate, (held, errors, starts))
        found = np.isfinite(theirs)
        sizes = f"{len(seeds)} x {num_test} frames x 18 key points x 6 cameras"
        ess = np.concatenate([one.bulk_ess for one in effective])
        rhat = np.concatenate([one.split_rhat for one in effective])
        sweeps = 800 * len(seeds)
        share = float(np.mean(levels < 0.9))
        rows += [
            Row("gimbal", f"{device}, {sizes}: truths in 90 % regions", f"{share:.0%}", "", float("nan"),
                f"90 % is right; 50 % regions hold {np.mean(levels < 0.5):.0%}, 99 % regions {np.mean(levels < 0.99):.0%}"),
            Row("gimbal", f"{device}, {sizes}: error", f"{ours.mean():.2f} / {np.median(ours):.2f} mm",
                f"{theirs[found].mean():.2f} / {np.median(theirs[found]):.2f} mm", float(theirs[found].mean() / ours.mean()),
                f"mean / median; peer: RANSAC, which finds {found.mean():.1%} of the points"),
            Row("gimbal", f"{device}, {sizes}: effective samples", f"{np.median(ess) * len(seeds) / taken:.1f} a second",
                f"{sweeps / taken:.1f} sweeps a second", float(np.median(ess) * len(seeds) / sweeps),
                f"of one coordinate, median; 10 % have fewer than {np.percentile(ess, 10):.0f} of 600; split R-hat median {np.median(rhat):.2f}, "
                f"95th percentile {np.percentile(rhat, 95):.2f}; {1000 * taken / sweeps:.0f} ms a sweep of one chain", better="more"),
        ]  # fmt: skip
    return rows
