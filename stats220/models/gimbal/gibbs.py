"""The state of GIMBAL's Markov chains, and one sweep of Gibbs sampling over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.models.gimbal import positions
from stats220.models.gimbal.noise import PRIOR_DETECTIONS, DetectionNoise
from stats220.models.gimbal.prior import ROOT_STD_MM, GimbalPrior
from stats220.models.gimbal.sphere import sample_directions
from stats220.models.gimbal.states import sample_states_and_headings, turn

# What a sweep changes and the next one reads.
CHAINS = ("points_3d", "directions", "states", "headings", "inlier_std", "share")


class Updates(NamedTuple):
    """The two functions that the sampler joins.

    Attributes
    ----------
    outlier_responsibilities : (errors_px, inlier_std_px, outlier_std_px, outlier_probability) -> probabilities
    update_direction : (mean_direction, concentration, parent_position, child_position, bone_length, bone_variance)
        -> (mean_direction, concentration)
    """

    outlier_responsibilities: Callable[..., Any]
    update_direction: Callable[..., Any]


class Gibbs:
    """The state of all chains, and one sweep over it. Small arrays that the students' functions take are NumPy's, the rest torch's."""

    def __init__(
        self,
        prior: GimbalPrior,
        projections: Any,
        points_2d: Any,
        noise: DetectionNoise,
        updates: Updates,
        num_chains: int,
        seed: int,
        device: str | torch.device,
    ) -> None:
        self.prior, self.updates, self.num_chains = prior, updates, num_chains
        self.options: dict[str, Any] = {"dtype": torch.float64, "device": torch.device(device)}
        self.generator = torch.Generator(device).manual_seed(seed)
        self.rng = np.random.default_rng(seed)
        self.parents = torch.as_tensor(np.array(prior.parents), device=device)
        self.is_bone = np.asarray(prior.parents) >= 0
        self.ends = np.flatnonzero(self.is_bone), np.asarray(prior.parents)[self.is_bone]
        self.lengths, self.steps = map(self._tensor, (prior.bone_lengths, prior.step_variances))
        self.root_mean, self.transition = map(self._tensor, (prior.root_mean, prior.transition))
        self.pose_directions = self._tensor(prior.pose_directions)
        self.concentrations = self._tensor(prior.pose_concentrations * self.is_bone)
        self.log_normalizers = self._tensor(prior.log_normalizers)
        self.views = positions.make_views(self._tensor(projections), self._tensor(points_2d))
        self.loosen(1.0)
        # (num_chains, num_cameras, 1, num_keypoints): broadcasts over the frames.
        self.first_guess = np.asarray(noise.inlier_std_px, dtype=float)[:, None]
        self.inlier_std = np.repeat(self.first_guess[None], num_chains, axis=0)
        self.outlier_std = np.asarray(noise.outlier_std_px, dtype=float)[None, :, None]
        share = np.asarray(noise.outlier_probability, dtype=float)[:, None]
        self.first_share, self.share = share, np.repeat(share[None], num_chains, axis=0)

    def _tensor(self, values: Any) -> Tensor:
        return torch.as_tensor(np.array(to_numpy(values), dtype=float)).to(**self.options)

    def loosen(self, factor: float) -> None:
        """Multiply the bones' variances: soft bones let a chain find its way from a far start."""
        self.variances = factor * self._tensor(np.asarray(self.prior.bone_variances, dtype=float))
        chain = positions.make_chain(
            self.parents.cpu(), self.variances.cpu(), self.steps.cpu(), ROOT_STD_MM**2
        )
        self.chain = positions.Chain(*(part.to(**self.options) for part in chain))

    def begin(self, start: Float[np.ndarray, "t k 3"], spread_mm: float) -> None:
        """Positions around the start, headings and states from the directions there."""
        noise = spread_mm * self.rng.normal(size=(self.num_chains, *start.shape))
        self.points_3d = self._tensor(start + noise)
        bones = self.points_3d - self.points_3d[:, :, self.parents.clamp(min=0)]
        self.directions = bones / torch.linalg.norm(bones, dim=-1, keepdim=True).clamp(min=1e-9)
        self._draw_states()

    def state(self) -> dict[str, Any]:
        """What differs from sweep to sweep, the random generators too, as plain data."""
        return {
            "chains": {name: getattr(self, name) for name in CHAINS},
            "generator": self.generator.get_state(),
            "rng": self.rng.bit_generator.state,
        }

    def take_up(self, state: dict[str, Any]) -> None:
        """Be as an earlier run was after a sweep."""
        for name, values in state["chains"].items():
            is_tensor = isinstance(values, Tensor)
            setattr(self, name, values.to(self.options["device"]) if is_tensor else values)
        self.generator.set_state(state["generator"])
        self.rng.bit_generator.state = state["rng"]

    def sweep(self, learn_noise: bool) -> Tensor:
        """Draw everything once; the logarithm of the joint density afterwards, (num_chains,)."""
        errors, depths = positions.errors_and_depths(self.views, self.points_3d)
        errors_px = to_numpy(errors)
        is_outlier = self._draw_outliers(errors_px)
        if learn_noise:
            self._draw_noise(errors_px, is_outlier)
        self._draw_directions()
        log_directions = self._draw_states()
        precisions = np.where(is_outlier, self.outlier_std, self.inlier_std) ** -2.0
        bones = self.lengths[:, None] * self.directions
        pull = positions.pull_of_bones(
            self.parents, bones, self.variances, self.root_mean, ROOT_STD_MM**2
        )
        self.points_3d = positions.sample_positions(
            self.chain, pull, self.views, depths, self._tensor(precisions), self.generator
        )
        return log_directions + self._log_positions(bones)

    def _draw_outliers(self, errors_px: Any) -> Any:
        name = "outlier_responsibilities"
        found = self.updates.outlier_responsibilities(
            errors_px, self.inlier_std, self.outlier_std, self.share
        )
        found = _checked(name, found, errors_px.shape)
        seen = np.isfinite(errors_px)
        if not ((found[seen] >= -1e-9) & (found[seen] <= 1 + 1e-9)).all():
            raise InputError(
                f"{name} must return probabilities from 0 to 1, not NaN, where the distance is finite"
            )
        self.responsibilities = np.where(seen, found, np.nan)
        return self.rng.random(found.shape) < self.responsibilities

    def _draw_noise(self, errors_px: Any, is_outlier: Any) -> None:
        """Inverse gamma and beta, each with a first guess that is worth a few detections."""
        seen = np.isfinite(errors_px)
        inlier = seen & ~is_outlier
        count = inlier.sum(axis=2, keepdims=True)
        squares = np.where(inlier, errors_px, 0.0) ** 2
        shape = PRIOR_DETECTIONS + count
        scale = PRIOR_DETECTIONS * self.first_guess**2 + squares.sum(axis=2, keepdims=True) / 2
        spread = np.sqrt(scale / self.rng.gamma(shape))
        self.inlier_std = np.minimum(spread, self.outlier_std / 2)
        self.share = self.rng.beta(
            PRIOR_DETECTIONS * self.first_share + (seen & is_outlier).sum(axis=2, keepdims=True),
            PRIOR_DETECTIONS * (1 - self.first_share) + count,
        ).clip(1e-6, 1 - 1e-6)

    def _draw_directions(self) -> None:
        ends, starts = self.ends
        means = turn(self.pose_directions[self.states], self.headings)[:, :, ends]
        kappa = self.concentrations[self.states][:, :, ends]
        arguments = (means, kappa, self.points_3d[:, :, starts], self.points_3d[:, :, ends])
        name = "update_direction"
        found = self.updates.update_direction(
            *map(to_numpy, arguments), to_numpy(self.lengths[ends]), to_numpy(self.variances[ends])
        )
        if not (isinstance(found, tuple | list) and len(found) == 2):
            raise InputError(f"{name} must return a direction and a concentration")
        direction, concentration = (
            _checked(name, part, like.shape)
            for part, like in zip(found, arguments[:2], strict=True)
        )
        if not np.allclose(np.linalg.norm(direction, axis=-1), 1, atol=1e-4):
            raise InputError(f"{name} must return directions of length 1: divide by the length")
        if not (np.isfinite(concentration).all() and (concentration >= 0).all()):
            raise InputError(f"{name} must return concentrations that are finite and not negative")
        self.directions[:, :, ends] = sample_directions(
            self._tensor(direction), self._tensor(concentration), self.generator
        )

    def _draw_states(self) -> Tensor:
        self.states, self.headings, log_directions = sample_states_and_headings(
            self.directions,
            self.pose_directions,
            self.concentrations,
            self.log_normalizers,
            self.transition,
            self.generator,
        )
        return log_directions

    def _log_positions(self, bones: Tensor) -> Tensor:
        """Of the positions given the directions, and of the detections with the outliers summed out."""
        between = self.points_3d - self.points_3d[:, :, self.parents.clamp(min=0)]
        off = ((between - bones) ** 2).sum(-1) / self.variances
        moved = (self.points_3d.diff(dim=1) ** 2).sum(-1) / self.steps
        log_prior = -(off[:, :, self.ends[0]].sum(dim=(1, 2)) + moved.sum(dim=(1, 2))) / 2
        errors_px = to_numpy(positions.errors_and_depths(self.views, self.points_3d)[0])
        seen = np.isfinite(errors_px)
        squares = np.where(seen, errors_px, 0.0) ** 2
        parts = [
            np.log(share / (2 * np.pi * std**2)) - squares / (2 * std**2)
            for share, std in ((1 - self.share, self.inlier_std), (self.share, self.outlier_std))
        ]
        log_views = np.where(seen, np.logaddexp(*parts), 0.0).sum(axis=(1, 2, 3))
        return log_prior + self._tensor(log_views)


def _checked(name: str, found: Any, shape: tuple[int, ...]) -> Any:
    found = np.asarray(to_numpy(found))
    if found.shape != shape:
        raise InputError(f"{name} must return shape {shape} here: got {found.shape}")
    return found
