"""What known mistakes make of lab 5's votes of pairs: each clause says what an answer does, and leads to the inliers that it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from stats220.checks.triangulation.inputs import NAN
from stats220.checks.triangulation.stand_ins import flat_errors, flat_triangulate

Array = np.ndarray[Any, np.dtype[Any]]


class Vote(NamedTuple):
    """What a proposal of views gets: the errors of its inliers, all errors, and those of its own views."""

    inside: Array
    every: Array
    own: Array

    @property
    def score(self) -> tuple[int, float]:
        """How many agree, and minus the sum of their errors."""
        return len(self.inside), -float(self.inside.sum())


Better = Callable[[Vote, Vote | None], bool]
Near = Callable[[Array, Array], Array]


def by(score: Callable[[Vote], Any]) -> Better:
    """The proposal with the largest score wins, and of equals the first."""
    return lambda new, best: best is None or score(new) > score(best)


class Proposal(NamedTuple):
    """What some views propose: which they are, their points (num_points, 3), and the errors (num_cameras, num_points)."""

    own: Array
    points: Array
    errors: Array


def proposals_of(cameras: Array, pixels: Array, views: Iterable[tuple[int, ...]]) -> list[Proposal]:
    """One for each choice of views, in a flat world."""
    found = []
    for few in views:
        own = np.isin(np.arange(len(cameras)), few)
        points = flat_triangulate(cameras[own], pixels[own])
        found.append(Proposal(own, points, flat_errors(cameras, pixels, points)))
    return found


def vote(proposals: list[Proposal], near: Near, better: Better) -> tuple[Array, Array]:
    """Inliers (num_cameras, num_points), and the winners' own points, one point after the other."""
    inliers = np.zeros(proposals[0].errors.shape, dtype=bool)
    points = np.full(proposals[0].points.shape, NAN)
    for point in range(len(points)):
        best = None
        for proposal in proposals:
            errors, own = proposal.errors[:, point], proposal.own
            agree = near(errors, own)
            new = Vote(errors[agree], errors, errors[own])
            if better(new, best):
                best, inliers[:, point], points[point] = new, agree, proposal.points[point]
    return inliers, points


def vote_slips(cameras: Array, pixels: Array, threshold_px: float) -> dict[str, Array]:
    """Inliers that mistakes in `triangulate_ransac` give."""
    n = len(cameras)
    pairs: list[tuple[int, ...]] = list(combinations(range(n), 2))
    right = by(lambda v: v.score)

    def within(errors: Array, own: Array) -> Array:
        return errors <= threshold_px

    nears: dict[str, Near] = {
        "only the pair's own two views can be inliers": lambda e, own: within(e, own) & own,
        "the pair's own two views are inliers, however far off": lambda e, own: (
            within(e, own) | own
        ),
        "the pair's own two views are inliers where they see the point, however far off": lambda e, own: (
            within(e, own) | (own & np.isfinite(e))
        ),
        "the pair's own two views are not counted": lambda e, own: within(e, own) & ~own,
        "an error must be below the threshold, and not at it": lambda e, own: e < threshold_px,
        "squared errors are held against the threshold": lambda e, own: e**2 <= threshold_px,
        "errors are held against the square of the threshold": lambda e, own: e <= threshold_px**2,
        "the threshold is 15 pixels, whatever threshold_px says": lambda e, own: e <= 15,
        "a missing detection is an inlier": lambda e, own: ~(e > threshold_px),
    }
    betters: dict[str, Better] = {
        "the smallest sum of all errors wins, and not the most inliers": by(
            lambda v: -np.nansum(v.every)
        ),
        "the smallest sum of its inliers' errors wins, however few they are": by(
            lambda v: -v.inside.sum() if len(v.inside) > 1 else -np.inf
        ),
        "the smallest sum of its inliers' errors wins, so that a pair with no inliers does best": by(
            lambda v: -v.inside.sum()
        ),
        "more inliers or a smaller sum is enough to win, so that two can beat three": lambda new, best: (
            best is None or len(new.inside) > len(best.inside) or new.score[1] > best.score[1]
        ),
        "more inliers win only if their sum is smaller, too": lambda new, best: (
            best is None or (len(new.inside) >= len(best.inside) and new.score[1] > best.score[1])
        ),
        "the last pair wins, whatever came before": lambda new, best: True,
        "the first pair that any view agrees with wins": lambda new, best: (
            best is None or (len(best.inside) == 0 < len(new.inside))
        ),
        "the first pair wins that two views agree with": lambda new, best: (
            best is None or (len(best.inside) < 2 <= len(new.inside))
        ),
        "the fewest inliers win": by(lambda v: -len(v.inside)),
        "of two pairs with as many inliers the first wins, whatever their sums": by(
            lambda v: len(v.inside)
        ),
        "of two pairs with as many inliers the last wins, whatever their sums": lambda new, best: (
            best is None or len(new.inside) >= len(best.inside)
        ),
        "of two pairs with as many inliers the one with the larger sum wins": by(
            lambda v: (v.score[0], -v.score[1])
        ),
        "of two pairs with as many inliers the sum of all errors decides, outliers among them": by(
            lambda v: (v.score[0], -np.nansum(v.every))
        ),
        "of two pairs with as many inliers the sum of all errors decides, which is NaN where a view sees nothing": lambda new, best: (
            best is None
            or len(new.inside) > len(best.inside)
            or bool(len(new.inside) == len(best.inside) and new.every.sum() < best.every.sum())
        ),
        "of two pairs with as many inliers the largest error decides, not the sum": by(
            lambda v: (v.score[0], -max(v.inside, default=0))
        ),
        "of two pairs with as many inliers the sum of squared errors decides": by(
            lambda v: (v.score[0], -(v.inside**2).sum())
        ),
        "of two pairs with as many inliers the errors of the pair's own two views decide": by(
            lambda v: (v.score[0], -v.own.sum())
        ),
        "of two pairs that are equal in both the last wins": lambda new, best: (
            best is None or new.score >= best.score
        ),
    }
    choices: dict[str, list[tuple[int, ...]]] = {
        "only neighbors make pairs": [(i, i + 1) for i in range(n - 1)],
        "only neighbors make pairs, the last view and the first among them": [
            (i, (i + 1) % n) for i in range(n)
        ],
        "only pairs with the first view count": [(0, i) for i in range(1, n)],
        "each view is in one pair only": [(i, i + 1) for i in range(0, n - 1, 2)],
        "three views make a proposal": list(combinations(range(n), 3)),
        "the last pair is missing": [*pairs[:-1]],
    }
    proposals = proposals_of(cameras, pixels, pairs)
    slips = {slip: vote(proposals, near, right)[0] for slip, near in nears.items()}
    slips |= {slip: vote(proposals, within, better)[0] for slip, better in betters.items()}
    for slip, views in choices.items():
        slips[slip] = vote(proposals_of(cameras, pixels, views), within, right)[0]
    each = [within(proposal.errors, proposal.own) for proposal in proposals]
    inliers = vote(proposals, within, right)[0]
    refit = flat_triangulate(cameras, np.where(inliers[..., None], pixels, NAN))
    return slips | {
        "inliers are told anew, from the point of the last triangulation": within(
            flat_errors(cameras, pixels, refit), inliers
        ),
        "one pair is chosen for all points together": max(each, key=lambda agree: agree.sum()),
        "a view is an inlier that agrees with any pair": np.any(each, axis=0),
        "outliers are marked, not inliers": ~inliers,
        "the axis of points comes before that of views": inliers.T,
    }
