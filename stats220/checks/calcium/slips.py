"""What comes of the known mistakes in lab 3's exercises, to name the one that a student's result is.

Each function returns a dict for ``looks_like=``: from the mistake, as the clause after "this is what comes out if", to its value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks.calcium.inputs import Array, calcium_of, jumps_of, leave


def of_pattern(filled: Array) -> dict[str, Array]:
    """Of where G is not zero."""
    T = len(filled)
    shortened, wrapped, late = filled.copy(), filled.copy(), filled.copy()
    shortened[-1, -2], wrapped[0, -1], late[1, 0] = 0, 1, 0
    return {
        "the frame after is taken for the one before: above the diagonal": filled.T,
        "the last frame has none before it": shortened,
        "the frame before is missing": np.eye(len(filled)),
        "all frames before have an entry, not the last one alone": np.tri(len(filled)),
        "frame 0 follows the last one": wrapped,
        "frame 1 has none before it": late,
        "the entries are those of the frame before the last one": np.eye(T) + np.eye(T, k=-2),
        "the frame after counts as well": filled + np.eye(T, k=1),
    }


def of_diagonal(num_frames: int, decay_frames: float) -> dict[str, Array]:
    """Of G's diagonal."""
    remains = leave(decay_frames)
    return {
        "the first frame has no amplitude": 1.0 - np.eye(num_frames)[0],
        "what is left stands on the diagonal, and the frame before counts in full": np.full(
            num_frames, remains
        ),
        "what is left stands on the diagonal, with its sign": np.full(num_frames, -remains),
        "the sign of all entries is changed": -np.ones(num_frames),
        "all is scaled by what has decayed": np.full(num_frames, 1 - remains),
        "the diagonal is empty": np.zeros(num_frames),
    }


def of_decay(decay_frames: float, count: int) -> dict[str, Array]:
    """Of the so many entries below G's diagonal, the largest first."""
    entries = {
        "what is left of the frame before is added": leave(decay_frames),
        "a frame leaves e^(-τ), not e^(-1/τ)": -float(np.exp(-decay_frames)),
        "a frame leaves 1 - 1/τ, which is near e^(-1/τ) for slow decays alone": 1 / decay_frames
        - 1,
        "1/τ is rounded down to a whole number, with its sign": -float(np.exp(-1)),
        "what has decayed is taken away, not what is left": leave(decay_frames) - 1,
        "τ is taken for a half-life, after which a half is left": -(0.5 ** (1 / decay_frames)),
        "a frame leaves 1 / (1 + 1/τ), which is near e^(-1/τ) for slow decays alone": -1
        / (1 + 1 / decay_frames),
        "a frame leaves 1/τ": -1 / decay_frames,
        "a frame leaves e^(1/τ), more than there was": -float(np.exp(1 / decay_frames)),
        "nothing decays: the frame before is taken away in full": -1.0,
        "τ is 9 frames, whatever is asked": -float(np.exp(-1 / 9)),
        "a frame leaves what is left after two": -(leave(decay_frames) ** 2),
        "τ, which is in frames, is multiplied by the frame rate": -leave(30 * decay_frames),
        "τ, which is in frames, is divided by the frame rate": -leave(decay_frames / 30),
        "half of what is left of the frame before is taken away": -leave(decay_frames) / 2,
    }
    known = {slip: np.full(count, entry) for slip, entry in entries.items()}
    later = -(leave(decay_frames) ** np.arange(1, count + 1))
    return known | {"what is left is counted from frame 0, not from the frame before": later}


def of_amplitudes(
    denoised: Array, baseline: Any, decay_frames: float, trace: Array
) -> dict[str, Array]:
    """Of the amplitudes that belong to a denoised trace."""
    before = np.append(0.0, denoised[:-1])
    first = np.arange(len(denoised)) == 0
    right = denoised - leave(decay_frames) * before
    holds = denoised - (
        float(baseline) if isinstance(baseline, (int, float, np.floating)) else np.nan
    )

    def of(leaves: float) -> Array:
        return denoised - leaves * before

    shifted = np.append(denoised[:-1] - leave(decay_frames) * denoised[1:], denoised[-1])
    wrapped = denoised - leave(decay_frames) * np.roll(denoised, 1)
    return {
        "a frame leaves e^(-τ), not e^(-1/τ)": of(float(np.exp(-decay_frames))),
        "τ is 9 frames, whatever is asked": of(float(np.exp(-1 / 9))),
        "τ, which is in frames, is multiplied by the frame rate": of(leave(30 * decay_frames)),
        "τ, which is in frames, is divided by the frame rate": of(leave(decay_frames / 30)),
        "a frame leaves 1/τ": of(1 / decay_frames),
        "a frame leaves what has decayed": of(1 - leave(decay_frames)),
        "a frame leaves 1 / (1 + 1/τ), which is near e^(-1/τ) for slow decays alone": of(
            1 / (1 + 1 / decay_frames)
        ),
        "the frame after is taken for the one before": shifted,
        "frame 0 follows the last one": wrapped,
        "denoised and amplitudes are exchanged": calcium_of(denoised, decay_frames),
        "the last frame has no amplitude, and all come a frame early": np.append(right[1:], 0.0),
        "the amplitudes are those of calcium and baseline together": jumps_of(
            2 * denoised - holds, decay_frames
        ),
        "what is returned as denoised is the trace less the calcium": jumps_of(
            trace - denoised, decay_frames
        ),
        "small amplitudes are set to zero": np.where(right > 0.5, right, 0),
        "amplitudes below 1 are set to zero": np.where(right > 1, right, 0),
        "amplitudes below σ are set to zero": np.where(right > 1.5, right, 0),
        "a frame leaves 1 - 1/τ, which is near e^(-1/τ) for slow decays alone": denoised
        - (1 - 1 / decay_frames) * before,
        "τ is taken for a half-life, after which a half is left": denoised
        - 0.5 ** (1 / decay_frames) * before,
        "amplitudes are differences, as if nothing decayed": denoised - before,
        "what is left of the frame before is added": denoised + leave(decay_frames) * before,
        "the denoised trace comes back in both places, or a frame leaves next to nothing": denoised,
        "the first frame has no amplitude": np.where(first, 0, right),
        "the denoised trace holds the baseline, and the amplitudes are those without it": jumps_of(
            holds, decay_frames
        ),
    }


def of_residual_norm(num_frames: int, noise_std: float, slack: float) -> dict[str, float]:
    """Of the norm of the residual, where the bound is another."""
    root = num_frames**0.5
    right = (1 + slack) * noise_std * root
    return {
        "a bound on the norm is set to the sum of squares, which would be θ²": right**0.5,
        "σ is left out of the bound": (1 + slack) * root,
        "the slack is left out of the bound": noise_std * root,
        "the bound is `slack` times the noise, not 1 + slack times": slack * noise_std * root,
        "the slack is that of the squared norm": (1 + slack) ** 0.5 * noise_std * root,
        "the norm of T frames of noise is taken to be σ": (1 + slack) * noise_std,
        "the norm of T frames of noise is taken to be T σ, or a mean of squares is bounded": (
            1 + slack
        )
        * noise_std
        * num_frames,
        "the bound is σ², not σ, times the root of T": (1 + slack) * noise_std**2 * root,
        "the bound on the norm is (1 + slack)² σ² T, which is that on the sum of squares": (
            right**2
        ),
        "there are T - 1 frames in the bound": right * (1 - 1 / num_frames) ** 0.5,
        "the slack is added to σ, and is no share of it": (slack + noise_std) * root,
        "the slack is added to the norm, and is no share of it": noise_std * root + slack,
        "the slack is 1, whatever is asked": 2 * noise_std * root,
        "the slack is taken away": (1 - slack) * noise_std * root,
        "the slack divides": noise_std * root / (1 + slack),
        "σ multiplies the slack alone": (1 + slack * noise_std) * root,
        "the slack is squared, and nothing else": (1 + slack) ** 2 * noise_std * root,
        "σ is not squared where the sum of squares is bounded": (1 + slack)
        * (noise_std * num_frames) ** 0.5,
        "neither 1 + slack nor σ is squared where the sum of squares is bounded": (
            (1 + slack) * noise_std * num_frames
        )
        ** 0.5,
        "neither the slack nor σ is in the bound": root,
        "the bound is half of what it should be": right / 2,
    }


def of_multiplier(
    eta: float, slack: float, noise_std: float, num_frames: int, optimum: float
) -> dict[str, float]:
    """Of the multiplier of the squared constraint, whose optimum is a sum of amplitudes."""
    noise = noise_std * num_frames**0.5
    bound = (1 + slack) * noise
    return {
        "it is the multiplier of the constraint on the norm itself, not of that on its square": 2
        * bound
        * eta,
        "the multiplier of the squared constraint is converted as if it were that of the norm": eta
        / (2 * bound),
        "θ² is taken to grow θ times as fast as θ, not 2θ times": 2 * eta,
        "θ² is taken to grow twice as fast as θ, not 2θ times": bound * eta,
        "its sign is changed": -eta,
        "it is λ, the price that η is worth, for σ = 1": 1 / (2 * eta),
        "it is λ, the price that η is worth": 1 / (2 * eta * noise_std**2),
        "it is 1/η": 1 / eta,
        "ν is divided by θ²": 2 * eta / bound,
        "ν is divided by 2θ²": eta / bound,
        "ν is multiplied by 2θ, not divided": 4 * bound**2 * eta,
        "ν is multiplied by θ": 2 * bound**2 * eta,
        "ν is multiplied by θ / 2": bound**2 * eta,
        "it is the square of ν": (2 * bound * eta) ** 2,
        "it is the root of ν": (2 * bound * eta) ** 0.5,
        "it is the root of η": eta**0.5,
        "it is the square of η": eta**2,
        "ν is divided by the norm of noise without slack": eta * bound / noise,
        "it is multiplied by σ²": eta * noise_std**2,
        "it is divided by σ²": eta / noise_std**2,
        "it is divided by σ": eta / noise_std,
        "it is divided by T, or the amplitudes' mean is minimized, not their sum": eta / num_frames,
        "it is the smallest sum of amplitudes, not a multiplier": optimum,
        "it is the bound θ": bound,
        "it is θ²": bound**2,
        "it is a quarter of ν": bound * eta / 2,
        "it is zero, though the constraint presses": 0.0,
    }


# Of the price of a spike for σ = 2, over that for σ = 1.
OF_PRICE_OVER_NOISE = {
    "σ does not change the balance of misfit and price: it is in neither, or in both": 1.0,
    "σ is not squared": 2.0,
    "σ divides the price, not the misfit": 0.5,
    "σ² divides the price, not the misfit, or multiplies the misfit": 0.25,
    "σ² is squared, or the price is multiplied by it, too": 16.0,
    "the price is multiplied by σ, too": 8.0,
}
