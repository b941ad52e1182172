# exercise: upsample_template
# says: divides the small template in place
# points: 7
def upsample_template(template, factor):
    template /= factor**2
    return template.repeat_interleave(factor, 1).repeat_interleave(factor, 2)
