# exercise: upsample_template
# says: each copy has the whole weight: the logits are factor² times too large
# points: 1
def upsample_template(template, factor):
    return torch.kron(template, torch.ones(1, factor, factor, device=template.device))
