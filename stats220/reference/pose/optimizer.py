"""Part 4: an optimizer's parts, by hand."""

from jaxtyping import Float
from torch import Tensor


def momentum_step(
    parameter: Float[Tensor, "*shape"],
    gradient: Float[Tensor, "*shape"],
    velocity: Float[Tensor, "*shape"],
    learning_rate: float,
    momentum: float = 0.9,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    r"""One step of gradient descent with momentum, in torch's convention.

    .. math:: v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v.

    Parameters
    ----------
    parameter, gradient : Tensors of any shape, the same
        θ, and g, the gradient of the loss with respect to it.
    velocity : Tensor of that shape
        v after the step before; zeros before the first.
    learning_rate, momentum : float
        η and μ.

    Returns
    -------
    parameter, velocity : Tensors of that shape
        After the step, new tensors: those given stay as they are.

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl and G. Hinton (2013). On the importance of initialization and
    momentum in deep learning. ICML. Theirs multiplies η into the velocity; torch's does not, so
    that a change of the rate acts at once.
    """
    # The velocity is a sum of all gradients so far, older ones counting less.
    # BEGIN SOLUTION
    velocity = momentum * velocity + gradient
    # END SOLUTION

    # Move downhill along it.
    # BEGIN SOLUTION
    parameter = parameter - learning_rate * velocity
    # END SOLUTION
    return parameter, velocity


def step_decay(
    learning_rate: float, epoch: int, decay_every: int = 100, decay_factor: float = 0.1
) -> float:
    """Learning rate of an epoch, if it is cut at regular intervals.

    Parameters
    ----------
    learning_rate : float
        Of the first epoch, which has number 0.
    epoch : int
        The number of the epoch.
    decay_every : int
        After so many epochs, and again after as many more, ...
    decay_factor : float
        ... the rate is multiplied by this.

    Returns
    -------
    float
    """
    # How often has it been cut by now?
    # BEGIN SOLUTION
    rate = learning_rate * decay_factor ** (epoch // decay_every)
    # END SOLUTION
    return rate
