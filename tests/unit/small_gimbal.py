"""A prior of GIMBAL's that is small enough to be known by heart."""

from __future__ import annotations

import numpy as np

from stats220.models.gimbal.prior import GimbalPrior


def small_prior(**changes: object) -> GimbalPrior:
    """Four key points in a row and one beside, two pose states."""
    rng = np.random.default_rng(1)
    directions = rng.normal(size=(2, 5, 3))
    own: dict = {
        "parents": np.array([-1, 0, 1, 2, 1]),
        "bone_lengths": np.array([0.0, 40, 30, 20, 25]),
        "bone_variances": np.array([1.0, 9, 4, 4, 6]),
        "pose_directions": directions / np.linalg.norm(directions, axis=-1, keepdims=True),
        "pose_concentrations": np.array([[1.0, 20, 5, 8, 2], [1.0, 10, 15, 3, 6]]),
        "transition": np.array([[0.8, 0.2], [0.4, 0.6]]),
        "step_variances": np.full(5, 25.0),
        "root_mean": np.array([0.0, 0.0, 50.0]),
    }
    return GimbalPrior(**(own | changes))
