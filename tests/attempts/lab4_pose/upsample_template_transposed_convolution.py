# exercise: upsample_template
# says: a transposed convolution with a square
# points: all
def upsample_template(template, factor):
    box = torch.full((1, 1, factor, factor), 1 / factor**2)
    return F.conv_transpose2d(template[:, None], box, stride=factor)[:, 0]
