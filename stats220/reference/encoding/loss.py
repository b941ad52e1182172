"""Part 2: the loss of spike counts, and the penalty on weights."""

import torch
from jaxtyping import Float, Real
from torch import Tensor, nn


def poisson_loss(
    expected_counts: Float[Tensor, "*shape"], spike_counts: Real[Tensor, "*shape"]
) -> Float[Tensor, ""]:
    r"""Mean negative log likelihood of counts that are Poisson.

    .. math:: -\log p(y \mid \lambda) = \lambda - y \log \lambda + \log y!

    Parameters
    ----------
    expected_counts : Tensor of any shape
        λ, not negative. It may be 0 where the count is.
    spike_counts : Tensor of the same shape
        y: 0, 1, 2, ...

    Returns
    -------
    Tensor ()
        The mean over all bins and neurons, in nats. A count of 0 at a rate of 0 costs 0, and its
        gradient is finite, too.
    """
    # y log λ, and 0 where y is 0, whatever λ is. Mind the gradient: it must not meet 0 / 0 either.
    # BEGIN SOLUTION
    spiked = spike_counts > 0
    log_rates = torch.log(torch.where(spiked, expected_counts, 1.0))
    reward = spike_counts * log_rates
    # END SOLUTION

    # log y!, exactly. y! = Γ(y + 1), and torch has the logarithm of Γ.
    # BEGIN SOLUTION
    log_factorials = torch.lgamma(spike_counts + 1.0)
    # END SOLUTION

    # The mean negative log likelihood.
    # BEGIN SOLUTION
    loss = torch.mean(expected_counts - reward + log_factorials)
    # END SOLUTION
    return loss


def l2_penalty(model: nn.Module, alpha: float) -> Float[Tensor, ""]:
    r"""Ridge penalty, α/2 times the sum of all squared weights.

    Parameters
    ----------
    model : nn.Module
        Any model. Its weights are all parameters but the biases: those whose name is "bias" or ends
        in "bias" (in `model.named_parameters()`).
    alpha : float
        α, the precision of a Gaussian prior on the weights.

    Returns
    -------
    Tensor ()
        To be added to a loss. Its gradient with respect to a weight w is α w.
    """
    # BEGIN SOLUTION
    weights = [p for name, p in model.named_parameters() if not name.endswith("bias")]
    penalty = alpha / 2 * torch.stack([weight.square().sum() for weight in weights]).sum()
    # END SOLUTION
    return penalty
