# exercise: upsample_template
# says: divides by the side of the square, not by its number of pixels
# points: 1
def upsample_template(template, factor):
    return torch.kron(template, torch.ones(1, factor, factor, device=template.device)) / factor
