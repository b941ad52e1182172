"""What comes of the known mistakes in lab 3's pass over pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from stats220.checks.calcium.inputs import Array, jumps_of, leave


class Pool(NamedTuple):
    """A run of frames: Σ gⁱ yᵢ, Σ g²ⁱ, and how many there are."""

    total: float
    weight: float
    length: int

    @property
    def height(self) -> float:
        """The best height of its first frame."""
        return self.total / self.weight


def _is_off(before: Pool, after: Pool, g: float) -> bool:
    return before.height * g**before.length > after.height


def _merge(before: Pool, after: Pool, g: float) -> Pool:
    reach = g**before.length
    return Pool(
        before.total + reach * after.total,
        before.weight + reach**2 * after.weight,
        before.length + after.length,
    )


def _shape(pool: Pool, g: float) -> Array:
    return np.asarray(max(pool.height, 0.0) * g ** np.arange(pool.length))


def by_pools(
    target: Array,
    g: float,
    *,
    is_off: Callable[[Pool, Pool, float], bool] = _is_off,
    merge: Callable[[Pool, Pool, float], Pool] = _merge,
    shape: Callable[[Pool, float], Array] = _shape,
    looks_back: bool = True,
) -> Array:
    """A trace from the pools of its frames, each of its steps as it should be or as somebody may take it."""
    pools: list[Pool] = []
    for value in target.tolist():
        pool, may_merge = Pool(value, 1.0, 1), True
        while pools and may_merge and is_off(pools[-1], pool, g):
            pool, may_merge = merge(pools.pop(), pool, g), looks_back
        pools.append(pool)
    return np.concatenate([shape(pool, g) for pool in pools])


def costs(num_frames: int, decay_frames: float, penalty: float) -> Array:
    """What each frame of calcium costs: all the same, but for the last."""
    share = penalty * (1 - leave(decay_frames))
    return np.append(np.full(num_frames - 1, share), penalty)


def of_pass(trace: Array, decay_frames: float, penalty: float) -> dict[str, Array]:
    """Of a deconvolution by one pass over the frames of a trace."""
    T, g = len(trace), leave(decay_frames)
    cost = costs(T, decay_frames, penalty)
    target = trace - cost

    def paying(inner: float, first: float | None = None, last: float | None = None) -> Array:
        """Where every frame but the first and the last costs so much, and these as much unless said."""
        paid = np.full(T, inner)
        paid[0] = inner if first is None else first
        paid[-1] = inner if last is None else last
        return by_pools(trace - paid, g)

    def merging(reach: Callable[[Pool, Pool], float], power: int = 2) -> Array:
        """Where the second pool is weighed by something else than what the first has decayed to."""

        def merge(a: Pool, b: Pool, g: float) -> Pool:
            r = reach(a, b)
            return Pool(a.total + r * b.total, a.weight + r**power * b.weight, a.length + b.length)

        return by_pools(target, g, merge=merge)

    def off(compared: Callable[[Pool, Pool], bool]) -> Array:
        """Where something else than the end of a pool is compared with the start of the next."""
        return by_pools(target, g, is_off=lambda a, b, _: compared(a, b))

    def shaped(shape: Callable[[Pool], Any], of: Array = target) -> Array:
        return by_pools(of, g, shape=lambda pool, _: np.asarray(shape(pool)))

    def decaying(height: float, pool: Pool) -> Any:
        return max(height, 0.0) * g ** np.arange(pool.length)

    def total_as_height(a: Pool, b: Pool, g: float) -> Pool:
        return Pool(a.total + g**a.length * b.total, 1.0, a.length + b.length)

    def plainly(a: Pool, b: Pool, g: float) -> Pool:
        return Pool(a.total + b.total, a.weight + b.weight, a.length + b.length)

    def after_one(a: Pool, b: Pool, g: float) -> Pool:
        return Pool(a.total + g * b.total, a.weight + g**2 * b.weight, a.length + b.length)

    def flat(pool: Pool, g: float) -> Array:
        return np.full(pool.length, max(pool.height, 0.0))

    def clipped(a: Pool, b: Pool, g: float) -> Pool:
        merged = _merge(a, b, g)
        return merged._replace(total=max(merged.total, 0.0))

    def one_longer(a: Pool, b: Pool, g: float) -> Pool:
        return _merge(a, b, g)._replace(length=b.length + 1)

    share, right = penalty * (1 - g), by_pools(target, g)
    other = {"1 - 1/τ": 1 - 1 / decay_frames, "e^(-τ)": float(np.exp(-decay_frames))}
    return {
        "the last frame of c costs what all others cost": paying(share),
        "it is the first frame of c that costs more than the others": paying(share, first=penalty),
        "every frame of c costs the whole λ, though calcium is no amplitude": paying(penalty),
        "c costs nothing but in the last frame": paying(0.0, last=penalty),
        "nothing costs anything": paying(0.0),
        "negative frames are set to zero before pools are merged": by_pools(
            np.maximum(target, 0), g
        ),
        "negative frames of the trace are set to zero first": by_pools(
            np.maximum(trace, 0) - cost, g
        ),
        "pools are compared by their first frames, as if nothing decayed on the way": off(
            lambda a, b: a.height > b.height
        ),
        "a pool is taken to decay for one frame until the next starts, however long it is": off(
            lambda a, b: a.height * g > b.height
        ),
        "a pool's last frame is compared with the next pool, which comes one frame later": off(
            lambda a, b: a.height * g ** (a.length - 1) > b.height
        ),
        "a pool is taken to decay for as many frames as the next one has": off(
            lambda a, b: a.height * g**b.length > b.height
        ),
        "pools are merged where the jump between them is positive, not negative": off(
            lambda a, b: a.height * g**a.length < b.height
        ),
        "sums of pools are compared, not their heights": off(
            lambda a, b: a.total * g**a.length > b.total
        ),
        "pools are merged where the jump between them is smaller than λ, not only below zero": off(
            lambda a, b: a.height * g**a.length + penalty > b.height
        ),
        "no pools are merged": off(lambda a, b: False),
        "after a merge the pool before is not looked at again": by_pools(
            target, g, looks_back=False
        ),
        "a merged pool's height is a plain mean, as if nothing decayed in it": merging(
            lambda a, b: 1.0
        ),
        "the second pool's sum is not weighed by what the first has decayed to": by_pools(
            target,
            g,
            merge=lambda a, b, g: _merge(a, b, g)._replace(total=a.total + b.total),
        ),
        "the squares of what has decayed are missing where a pool's height is divided": merging(
            lambda a, b: g**a.length, 0
        ),
        "a pool's height is divided by the sum of gⁱ, not of g²ⁱ": merging(
            lambda a, b: g**a.length, 1
        ),
        "the second of two merged pools is taken to begin one frame after the first": merging(
            lambda a, b: g
        ),
        "two merged pools decay between them for as many frames as the second has, not the first": (
            merging(lambda a, b: g**b.length)
        ),
        "a merged pool is taken to be one frame longer, however long the one before it was": by_pools(
            target, g, merge=one_longer, shape=_shape
        ),
        "pools do not decay, as in isotonic regression": by_pools(
            target, g, is_off=lambda a, b, _: a.height > b.height, merge=plainly, shape=flat
        ),
        "pools are compared and merged as if nothing decayed in them": by_pools(
            target, g, is_off=lambda a, b, _: a.height > b.height, merge=plainly
        ),
        "a pool is taken to decay for one frame until the next starts, in comparing and in merging": by_pools(
            target, g, is_off=lambda a, b, g: a.height * g > b.height, merge=after_one
        ),
        "a pool's height is a sum that nothing divides": by_pools(target, g, merge=total_as_height),
        "heights below zero are set to zero at each merge, not at the end": by_pools(
            target, g, merge=clipped
        ),
        "heights below zero stay": shaped(lambda p: p.height * g ** np.arange(p.length)),
        "heights below zero lose their sign": shaped(
            lambda p: abs(p.height) * g ** np.arange(p.length)
        ),
        "a pool is flat": by_pools(target, g, shape=flat),
        "a pool has decayed once in its first frame already": g * right,
        "g stands where 1 - g is what a frame costs": paying(penalty * g, last=penalty),
        "a frame costs λ (1 + g), not λ (1 - g)": paying(penalty * (1 + g), last=penalty),
        "a frame costs λ / (1 - g), not λ (1 - g)": paying(penalty / (1 - g), last=penalty),
        "the penalty is added, not taken away": by_pools(trace + cost, g),
        "the last frame pays twice: the whole λ and its share": paying(share, last=penalty + share),
        "the penalty counts half": by_pools(trace - cost / 2, g),
        "the penalty counts twice": by_pools(trace - 2 * cost, g),
        "λ is shared by all frames alike: each costs λ / T": paying(penalty / T),
        "λ is taken off the heights at the end": shaped(
            lambda p: decaying(p.height - penalty, p), trace
        ),
        "each pool pays λ once, however long it is": shaped(
            lambda p: decaying((p.total - penalty) / p.weight, p), trace
        ),
        **{
            f"a frame leaves {name}, not e^(-1/τ)": by_pools(
                trace - np.append(np.full(T - 1, penalty * (1 - wrong)), penalty), wrong
            )
            for name, wrong in other.items()
        },
        **{
            f"the trace's {name} is taken off first, though there is no baseline": by_pools(
                target - value, g
            )
            for name, value in {
                "median": np.median(trace),
                "minimum": trace.min(),
                "mean": trace.mean(),
            }.items()
        },
        "the amplitudes come back, not the calcium": jumps_of(right, decay_frames),
        "the last frame is none of the pools'": np.append(
            last := by_pools(target[:-1], g), g * last[-1]
        ),
        "the last pool is missing": _without_last(target, g),
        "the last frame is missing": by_pools(target[:-1], g),
        "frame 0 is held at zero": np.append(0.0, by_pools(target[1:], g)),
        "frame 0 is set to zero": np.append(0.0, right[1:]),
    }


def _without_last(target: Array, g: float) -> Array:
    """Pools that are kept when the next one starts, so that nobody keeps the last."""
    lengths: list[int] = []

    def shape(pool: Pool, g: float) -> Array:
        lengths.append(pool.length)
        return _shape(pool, g)

    return by_pools(target, g, shape=shape)[: len(target) - lengths[-1]]
