"""Part 3: the Bernoulli loss, without overflow."""

import torch
from jaxtyping import Float
from torch import Tensor


def bernoulli_loss(
    logits: Float[Tensor, "*batch num_keypoints height width"],
    targets: Float[Tensor, "*batch num_keypoints height width"],
) -> Float[Tensor, ""]:
    r"""Mean negative log likelihood of binary targets, given the logits.

    One Bernoulli variable for each pixel and key point, :math:`y \sim \mathrm{Bern}(\sigma(a))`,
    costs

    .. math:: -\log p(y \mid a) = \log(1 + e^a) - y a.

    Parameters
    ----------
    logits : Tensor (..., num_keypoints, height, width)
        a: the log odds that the key point is at this pixel, of any size.
    targets : Tensor (..., num_keypoints, height, width)
        y: 1 where the key point is, 0 elsewhere.

    Returns
    -------
    Tensor ()
        The mean over all pixels, key points and images, in nats. It and its gradients are finite
        for all finite logits; of N numbers, each has the gradient (sigmoid(a) - y) / N. At a = 0
        exactly, where max and |a| have corners, torch's choice of a slope will do.

    References
    ----------
    P. Blanchard, D. J. Higham and N. J. Higham (2021). Accurately computing the log-sum-exp and
    softmax functions. IMA Journal of Numerical Analysis 41(4):2311-2330.
    """
    # m = max(0, a), for each pixel by itself: the larger of the two exponents in log(e^0 + e^a).
    # BEGIN SOLUTION
    m = torch.clamp(logits, min=0)
    # END SOLUTION

    # log(1 + e^a), with m factored out so that no exponent is positive.
    # BEGIN SOLUTION
    log_normalizer = m + torch.log(torch.exp(-m) + torch.exp(logits - m))
    # END SOLUTION

    # The mean negative log likelihood.
    # BEGIN SOLUTION
    loss = torch.mean(log_normalizer - targets * logits)
    # END SOLUTION
    return loss
