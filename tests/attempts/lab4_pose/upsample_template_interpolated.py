# exercise: upsample_template
# says: nearest interpolation copies each weight
# points: all
def upsample_template(template, factor):
    return F.interpolate(template[None], scale_factor=factor, mode="nearest")[0] / factor / factor
