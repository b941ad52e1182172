"""Lab 4's checks of transfer learning."""

from __future__ import annotations

from typing import Any

import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import transfer_slips as slips
from stats220.checks.pose.inputs import has_shape
from stats220.checks.pose.models import (
    BACKBONE_CHANNELS,
    answer_of_head,
    corners,
    draw_layer,
    features_of,
    has_bias,
    passed,
    tiny_backbone,
)
from stats220.line.failures import CheckFailed


@checked
def ResNetPoseTracker(ResNetPoseTracker: Any) -> Checks:  # noqa: N802
    """Trackers on a network of two small stages, whose weights are drawn here."""
    checks = Checks("ResNetPoseTracker", hidden_points=4)

    with checks(
        2,
        "has a head with one map for each key point, on the channels of the last stage in use",
        hint="Make a tracker of your own and look at its `head`: what comes in, what should come out, how large is its kernel, and has it a bias?",
        remedy="self.head is an nn.Conv2d from backbone.channels[num_stages] to num_keypoints channels, padded by kernel_size // 2.",
    ):
        for num_stages, kernel_size in [(1, 3), (2, 3), (2, 1)]:
            backbone, _ = tiny_backbone(checks)
            model = ResNetPoseTracker(
                backbone=backbone, num_keypoints=2, num_stages=num_stages, kernel_size=kernel_size
            )
            shape = (2, BACKBONE_CHANNELS[num_stages], kernel_size, kernel_size)
            name = f"head.weight for num_stages={num_stages}"
            has_shape(
                checks,
                model.head.weight,
                shape,
                slips.of_sizes(num_stages, kernel_size),
                name=name,
            )
            checks.shape(model.head.weight, shape, name=name)
            has_bias(checks, model.head, 2, "head")

    with checks(
        1,
        "returns logits as large as the image, whatever its size",
        hint="Follow the shape: the image gets a batch, the features are smaller than the image, and what should come out?",
        remedy="Interpolate the logits to size=(height, width), and take [0], the only image of the batch.",
    ):
        image = normal(3, 37, 50, rng=checks.rng)
        for num_keypoints, num_stages in [(2, 1), (1, 1), (2, 2)]:
            model = ResNetPoseTracker(tiny_backbone(checks)[0], num_keypoints, num_stages)
            size, found = (num_keypoints, 37, 50), model(image)
            sizes: dict[str, tuple[int, ...]] = {
                "the logits stay as small as the features": (num_keypoints, 19, 25),
                "the logits are enlarged by 2, not to the size of the image": (
                    num_keypoints,
                    38,
                    50,
                ),
                "the batch of one is still there": (1, *size),
                "all axes of length 1 are taken away, not the batch alone": (37, 50),
            }
            has_shape(checks, found, size, sizes, name="logits")
            checks.tensor(found, size, None, name="logits")
            checks.tensor(model(image[:, :24, :31]), (num_keypoints, 24, 31), None, name="logits")

    with checks(
        2,
        "applies the head to the features of the stage",
        hint="The upper left logit is the head's bias plus its kernel times the features there. Take an image through your lines, part by "
        "part: which step is none of stem, stages, head and interpolation, or comes in another order?",
        remedy="The head on self.features of image[None], with zeros around it (padding=kernel_size // 2) and no sigmoid behind it.",
    ):
        backbone, twin = tiny_backbone(checks)
        image = 1 + 2 * normal(3, 36, 48, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        head = draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        features = features_of(twin, image, 1)
        expected = answer_of_head(head, features, 36, 48)
        known = slips.of_head(head, features, expected) | {
            slip: answer_of_head(head, other, 36, 48)
            for slip, other in slips.of_features(twin, image).items()
        }
        found = checks.tensor(model(image), (2, 36, 48), None, name="logits")
        checks.close(
            corners(found),
            corners(expected),
            atol=2e-2,
            name="logits in the four corners",
            looks_like={slip: corners(logits) for slip, logits in known.items()},
        )

    with checks(
        1,
        "interpolates the logits to the image's size, bilinearly",
        needs="applies the head to the features of the stage",
        hint="The corners are right, the pixels between them are not: how are these made of the small logits? Look at what you set in "
        "F.interpolate: is it what the text asks for, and nothing else?",
        remedy='F.interpolate(small_logits, size=(height, width), mode="bilinear"), of the logits, not of features or image; corners not '
        "aligned.",
    ):
        backbone, twin = tiny_backbone(checks)
        image = 1 + 2 * normal(3, 37, 50, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        head = draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        features = features_of(twin, image, 1)
        expected = answer_of_head(head, features, 37, 50)
        known = slips.of_enlarged(head, features, expected)
        checks.close(model(image), expected, atol=2e-2, name="logits", looks_like=known)

    with checks(
        2,
        "learns the head, all of it and nothing else",
        hint="Print the names of the parameters that get a gradient. Which one of them should not be there, or is missing?",
        remedy="requires_grad_(False) for every parameter of stem and stages, in an nn.Sequential; the head outside of torch.no_grad().",
    ):
        backbone, twin = tiny_backbone(checks)
        image = normal(3, 20, 24, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        try:
            gradients = checks.gradients(model, image, parameters=model)
        except CheckFailed as failure:
            slip = "the logits are cut off from the head's weights, too: by no_grad(), detach() or NumPy"
            raise CheckFailed(str(failure), slip=slip) from failure
        others = [name for name in sorted(gradients) if not name.startswith("head.")]
        message = f"{len(others)} parameters beside the head's learn: {', '.join(others[:2])} ..."
        checks.that(not others, message, slip=slips.of_learning(others))
        slip = "" if gradients else "the head is frozen, too"
        checks.that(len(gradients) > 0, "no parameter learns, the head's neither", slip=slip)
        checks.equal(sorted(gradients), ["head.bias", "head.weight"], name="parameters that learn")
        weight = checks.tensor(
            gradients["head.weight"], (2, BACKBONE_CHANNELS[1], 3, 3), None, name="head's gradient"
        )
        checks.that(bool((weight != 0).any()), "the head's weights get no gradient")
        if passed(checks, "applies the head to the features of the stage"):
            # Each of the 10 × 12 small logits counts for 4 pixels; the center of the kernel sees all features.
            bias = torch.full((2,), 480.0)
            checks.close(gradients["head.bias"], bias, atol=1, name="gradient of head.bias")
            expected = 4 * features_of(twin, image, 1).sum(dim=(1, 2)).expand(2, -1)
            name = "gradient of the centers of head.weight"
            checks.close(weight[:, :, 1, 1], expected, atol=4, rtol=0.15, name=name)

    with checks(
        1,
        "keeps BatchNorm in eval mode after train()",
        needs="applies the head to the features of the stage",
        hint="No gradient does not mean no change: what do BatchNorm layers do with an image in training mode, and who put them there?",
        remedy="In train(), after that of the superclass: put self.features into eval mode, each time, whatever the mode.",
    ):
        backbone, twin = tiny_backbone(checks)
        image = 1 + 2 * normal(3, 36, 48, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        head = draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        expected = corners(answer_of_head(head, features_of(twin, image, 1), 36, 48))
        model.train()
        found = corners(checks.tensor(model(image), (2, 36, 48), None, name="logits"))
        moved = features_of(slips.in_training(twin), image, 1)
        follows = corners(answer_of_head(head, moved, 36, 48))
        known = {
            "BatchNorm in the features is in training mode, and takes mean and variance of this one image": follows
        }
        name = "corners in training mode"
        checks.close(found, expected, atol=2e-2, name=name, looks_like=known)
        model.eval()
        found = corners(checks.tensor(model(image), (2, 36, 48), None, name="logits"))
        known = {"the features are in training mode when the tracker is in eval mode": follows}
        name = "corners in eval mode"
        checks.close(found, expected, atol=2e-2, name=name, looks_like=known)
        model.train()
        for _ in range(3):
            model(5 + 3 * image)
        model.eval()
        found = corners(checks.tensor(model(image), (2, 36, 48), None, name="logits"))
        checks.close(found, expected, atol=2e-2, name="corners after three other frames")

    with checks(
        1,
        "switches the rest between training and eval mode, and train() returns the tracker",
        hint="Call train(True) and train(False) of a tracker, and print `head.training` after each, and what comes back.",
        remedy="super().train(mode) first, then the frozen part into eval mode, then return self.",
    ):
        model = ResNetPoseTracker(tiny_backbone(checks)[0], 2)
        learned = model.head.weight.requires_grad
        for mode in (True, False, True):
            returned = model.train(mode)
            head = returned.head.training
            checks.that(
                head is mode and model.head.training is mode,
                f"after train({mode}) the head is in {'training' if head else 'eval'} mode",
                slip="the head is always in training mode, whatever is asked"
                if head
                else "the head never gets into training mode",
            )
        model.eval()
        checks.that(not model.head.training, "after eval() the head is in training mode")
        checks.that(model.train().head.training, "after train() the head is in eval mode")
        learns = model.head.weight.requires_grad or not learned
        checks.that(learns, "after train() the head's weights do not learn any more")

    with checks(
        1,
        "takes the frozen part along: it belongs to the model",
        needs="applies the head to the features of the stage",
        hint="`model.to(device)` and `model.parameters()` know what is an attribute of the model and a module. Is a list one?",
        remedy="Put stem and stages into an nn.Sequential, as self.features: a plain list is not seen by torch.",
    ):
        model = ResNetPoseTracker(tiny_backbone(checks)[0], 2)
        names = [str(name) for name in list(checks.make(model.state_dict))]
        frozen = [name for name in names if not name.startswith("head.")]
        # Two convolutions with weight and bias; two norms with weight, bias, mean, variance, and mostly a count.
        message = (
            f"its state holds {len(frozen)} tensors beside the head's, but stem and stage have 14"
        )
        slip = "stem and stages are in a list, which torch does not look into" if not frozen else ""
        checks.that(len(frozen) >= 12, message, slip=slip)

    with checks(
        1,
        "leaves the image that it is given unchanged",
        needs="applies the head to the features of the stage",
        hint="The same image comes again in the next epoch: does forward write into it, or into a view of it?",
        remedy="Take image[None], and write nothing into it: it is a view of the caller's image.",
    ):
        model = ResNetPoseTracker(tiny_backbone(checks)[0], 2)
        checks.unchanged(model, normal(3, 12, 14, rng=checks.rng))

    return checks
