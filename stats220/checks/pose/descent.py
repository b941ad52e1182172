"""torch's own gradient descent, without one of its optimizers: the first of a process imports a thousand modules, which takes seconds."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch.optim.sgd import sgd


class Descent:
    """Steps of torch's SGD along the gradients that parameters have.

    Parameters
    ----------
    parameters : tensors
        Changed in place.
    momentum, dampening : float
    nesterov : bool
        See `torch.optim.SGD`.
    """

    def __init__(
        self,
        parameters: Iterable[torch.Tensor],
        *,
        momentum: float = 0.0,
        dampening: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.parameters = list(parameters)
        self.velocities: list[torch.Tensor | None] = [None] * len(self.parameters)
        self.momentum, self.dampening, self.nesterov = momentum, dampening, nesterov

    def step(self, learning_rate: float) -> None:
        """Go down the gradients. Raises ValueError where a parameter has none."""
        gradients = [parameter.grad for parameter in self.parameters]
        if any(gradient is None for gradient in gradients):
            raise ValueError("a parameter has no gradient")
        with torch.no_grad():
            sgd(
                self.parameters,
                [gradient for gradient in gradients if gradient is not None],
                self.velocities,
                foreach=False,
                weight_decay=0.0,
                momentum=self.momentum,
                lr=learning_rate,
                dampening=self.dampening,
                nesterov=self.nesterov,
                maximize=False,
            )

    def forget_gradients(self) -> None:
        """Leave the parameters without gradients."""
        for parameter in self.parameters:
            parameter.grad = None
