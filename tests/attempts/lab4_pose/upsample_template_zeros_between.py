# exercise: upsample_template
# says: one pixel of each square gets the weight, the others 0: that is a strided slice, not a mean
# points: 1
def upsample_template(template, factor):
    k, h, w = template.shape
    up = torch.zeros(k, h * factor, w * factor, device=template.device)
    up[:, ::factor, ::factor] = template
    return up
