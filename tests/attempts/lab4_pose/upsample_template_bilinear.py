# exercise: upsample_template
# says: smooths the template: average pooling gives all pixels of a square one weight
# points: 1
def upsample_template(template, factor):
    return F.interpolate(template[None], scale_factor=factor, mode="bilinear")[0] / factor**2
