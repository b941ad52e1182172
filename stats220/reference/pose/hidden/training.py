"""Lab 4's hidden checks of training."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.descent import Descent
from stats220.checks.pose.models import example, one_weight, recorded, weight_of


@checked
def train(train: Any) -> Checks:
    """A loss whose gradient does not depend on the weight, and a run beside torch's own optimizer."""
    checks = Checks("train", hidden=True)

    with checks(
        1,
        "learns from each training example once an epoch, and from no validation example",
        hint="Add up what each example contributed to the weight. Is one missing, is one there twice, are there any of the validation?",
    ):
        # The loss of a target of 1 is -w x, so that each step adds learning_rate * x, in whatever order.
        pixels = checks.rng.uniform(0.5, 2, 3) * [1, 10, 100]
        model, examples = one_weight(checks, 1.0), [example(float(pixel), 1.0) for pixel in pixels]
        options = {"num_epochs": 2, "learning_rate": 1e-3, "momentum": 0.0, "progress": False}
        train(model, examples, [example(5000.0, 1.0), example(700.0, 1.0)], F.kl_div, **options)
        expected = 1 + 2e-3 * float(pixels.sum())
        checks.close(weight_of(model), expected, atol=2e-4, name="the weight")

    with checks(
        2,
        "is torch's SGD with momentum and StepLR, and leaves frozen parameters alone",
        hint="Compare with torch.optim.SGD and torch.optim.lr_scheduler.StepLR, example by example, on a model of which a part is "
        "frozen: is that part still frozen afterwards, and still the same?",
    ):
        twin = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 2, 1))
        state = {
            name: normal(*w.shape, rng=checks.rng) / 4 for name, w in twin.state_dict().items()
        }
        twin.load_state_dict(state)
        frozen = checks.make(nn.Conv2d, 2, 3, 3, padding=1)
        model = checks.make(nn.Sequential, frozen, checks.make(nn.Conv2d, 3, 2, 1))
        model.load_state_dict(state)
        for part in (frozen, twin[0]):
            part.requires_grad_(False)

        loss = F.binary_cross_entropy_with_logits
        image = normal(2, 5, 6, rng=checks.rng)
        targets = (normal(2, 5, 6, rng=checks.rng) > 0).float()
        opposite = 1 - targets  # what is learned makes the validation loss rise
        descent = Descent(twin[1].parameters(), momentum=0.8)
        train_losses, validation_losses = [], []
        for rate in (0.5, 0.5, 0.15, 0.15, 0.045):
            losses = []
            for _ in range(2):
                descent.forget_gradients()
                losses.append(loss(twin(image), targets))
                losses[-1].backward()
                descent.step(rate)
            train_losses.append(float(sum(losses)) / 2)
            validation_losses.append(float(loss(twin(image), opposite)))
        history = train(
            model,
            [(image, targets)] * 2,
            [(image, opposite)],
            loss,
            num_epochs=5,
            learning_rate=0.5,
            momentum=0.8,
            decay_every=2,
            decay_factor=0.3,
            seed=3,
            progress=False,
        )
        for name, mine, theirs in [
            ("train_losses", train_losses, recorded(checks, history, "train_losses")),
            (
                "validation_losses",
                validation_losses,
                recorded(checks, history, "validation_losses"),
            ),
        ]:
            checks.close(list(theirs), mine, atol=2e-3, name=name)
        learned = dict(model.state_dict().items())
        for name, expected in twin.state_dict().items():
            found = torch.as_tensor(learned[name])
            checks.close(found, expected, atol=5e-3, name=f"{name} after training")

    return checks
