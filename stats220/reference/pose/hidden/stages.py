"""Lab 4's hidden checks of a pretrained network's stages."""

from __future__ import annotations

from typing import Any

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.models import (
    features_of,
    tiny_backbone,
)
from stats220.checks.pose.stages import shapes_of


@checked
def stage_shapes(stage_shapes: Any) -> Checks:
    """Another size, odd in one stage and even in the next."""
    checks = Checks("stage_shapes", hidden=True)

    with checks(
        1,
        "follows sizes that are odd",
        hint="Ask the features for their shape: half of 37 is 18 or 19, it depends on the padding.",
    ):
        rows, columns = (int(n) for n in checks.rng.integers(15, 60, 2))
        shapes = stage_shapes(tiny_backbone(checks)[0], normal(3, rows, columns, rng=checks.rng))
        # A 3 × 3 convolution with stride 2 and a border of 1 has a place for each even pixel.
        half = len(range(0, rows, 2)), len(range(0, columns, 2))
        quarter = len(range(0, half[0], 2)), len(range(0, half[1], 2))
        expected = [(4, *half), (6, *half), (5, *quarter)]
        checks.equal(shapes_of(checks, shapes, 3), expected, name="shapes")

    return checks


@checked
def extract_features(extract_features: Any) -> Checks:
    """Three images, the last stage."""
    checks = Checks("extract_features", hidden=True)

    with checks(
        1,
        "gives the second stage's features of three images",
        hint="Which stage's features are asked for, and are there as many results as images?",
    ):
        backbone, twin = tiny_backbone(checks)
        images = [normal(3, size, 19, rng=checks.rng) for size in (22, 12, 17)]
        found = extract_features(backbone, images, num_stages=2)
        checks.equal(len(found), 3, name="number of results")
        for image, features in zip(images, checks.items(found, 3), strict=True):
            expected = features_of(twin, image, 2)
            checks.close(features, expected, atol=1e-2, name="features")

    return checks
