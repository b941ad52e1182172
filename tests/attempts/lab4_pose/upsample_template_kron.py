# exercise: upsample_template
# says: the Kronecker product with a square of equal weights
# points: all
def upsample_template(template, factor):
    square = torch.full((1, factor, factor), 1 / factor**2, device=template.device)
    return torch.kron(template, square)
