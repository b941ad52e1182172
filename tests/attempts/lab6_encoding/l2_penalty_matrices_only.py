# exercise: l2_penalty
# says: takes parameters of two or more axes for weights
# points: less
def l2_penalty(model: nn.Module, alpha: float) -> Float[Tensor, ""]:
    r"""Ridge penalty, α/2 times the sum of all squared weights."""
    squares = [
        parameter.square().sum()
        for name, parameter in model.named_parameters()
        if parameter.ndim > 1
    ]
    penalty = alpha / 2 * torch.stack(squares).sum()
    return penalty
