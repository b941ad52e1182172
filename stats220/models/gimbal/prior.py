"""What GIMBAL knows of a body before it looks at a picture: bone lengths, pose states, how fast joints move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ive

from stats220.data.multiview import check_parents
from stats220.errors import InputError

ROOT_STD_MM = 1000.0  # a root may be anywhere in the room


@dataclass(frozen=True, eq=False)
class GimbalPrior:
    """The hierarchical von Mises-Fisher-Gaussian prior of one skeleton.

    In frame t the animal is in pose state s_t, a Markov chain, and its body points into direction h_t, an angle about +z. The bone that
    leads from its parent to key point k points into a unit vector u, drawn from the von Mises-Fisher distribution around the state's
    direction, turned by h_t, with the state's concentration. The key point lies at its parent's place + length · u, give or take, and not
    far from where it was a frame before.

    Attributes
    ----------
    parents : int array (num_keypoints,)
        -1: a root. A root has no bone: its entries below are not used.
    bone_lengths : array (num_keypoints,)
        Millimetres from the parent to the key point.
    bone_variances : array (num_keypoints,)
        Of each coordinate of the place at the end of the bone, mm².
    pose_directions : array (num_states, num_keypoints, 3)
        Unit vectors in the body's axes: x ahead, y left, z up.
    pose_concentrations : array (num_states, num_keypoints)
        κ; 0: any direction.
    transition : array (num_states, num_states)
        Row: from, column: to; rows sum to 1.
    step_variances : array (num_keypoints,)
        Of the change of each coordinate from one frame to the next, mm².
    root_mean : array (3,)
        About where roots are, give or take a meter.

    Raises
    ------
    InputError
        If the skeleton has a loop, sizes do not agree, or a number is out of range.

    References
    ----------
    Zhang, Dunn, Marshall, Ölveczky & Linderman (2021). Animal pose estimation from video data with a hierarchical von
    Mises-Fisher-Gaussian model. AISTATS, PMLR 130:2800-2808.
    """

    parents: Int[np.ndarray, " num_keypoints"]
    bone_lengths: Float[np.ndarray, " num_keypoints"]
    bone_variances: Float[np.ndarray, " num_keypoints"]
    pose_directions: Float[np.ndarray, "num_states num_keypoints 3"]
    pose_concentrations: Float[np.ndarray, "num_states num_keypoints"]
    transition: Float[np.ndarray, "num_states num_states"]
    step_variances: Float[np.ndarray, " num_keypoints"]
    root_mean: Float[np.ndarray, 3]

    def __post_init__(self) -> None:
        check_parents(self.parents)
        num_states, num_keypoints = np.shape(self.pose_concentrations)
        shapes = {
            "parents": (num_keypoints,),
            "bone_lengths": (num_keypoints,),
            "bone_variances": (num_keypoints,),
            "pose_directions": (num_states, num_keypoints, 3),
            "transition": (num_states, num_states),
            "step_variances": (num_keypoints,),
            "root_mean": (3,),
        }
        for name, shape in shapes.items():
            if np.shape(getattr(self, name)) != shape:
                raise InputError(f"{name} must be {shape}: got {np.shape(getattr(self, name))}")
        bones = np.asarray(self.parents) >= 0
        for name, least in (
            ("bone_lengths", 0.0),
            ("bone_variances", 1e-6),
            ("step_variances", 1e-6),
            ("pose_concentrations", 0.0),
        ):
            values = np.asarray(getattr(self, name))
            used = values if name == "step_variances" else values[..., bones]
            if not (np.isfinite(used) & (used >= least)).all():
                raise InputError(
                    f"{name} must be finite and at least {least:g}: got {used.min()} to {used.max()}. "
                    "A concentration without end is a direction that cannot vary: give a large number instead."
                )
        norms = np.linalg.norm(self.pose_directions, axis=-1)[:, bones]
        if not np.allclose(norms, 1, atol=1e-6):
            raise InputError("pose_directions must have length 1")
        if (np.asarray(self.transition) < 0).any() or not np.allclose(self.transition.sum(1), 1):
            raise InputError("each row of transition must hold probabilities that sum to 1")

    @property
    def num_states(self) -> int:
        """How many pose states there are."""
        return len(self.transition)

    @property
    def log_normalizers(self) -> Float[np.ndarray, "num_states num_keypoints"]:
        """Logarithm of each von Mises-Fisher density's constant, κ^½ / ((2π)^{3/2} I_½(κ)); 0 at roots."""
        bones = np.asarray(self.parents) >= 0
        kappa = np.where(bones, self.pose_concentrations, 1.0)
        safe = np.maximum(kappa, 1e-8)  # the limit at 0 is 1/(4π)
        logs = np.log(safe) / 2 - 1.5 * np.log(2 * np.pi) - np.log(ive(0.5, safe)) - safe
        return np.where(bones, logs, 0.0)
