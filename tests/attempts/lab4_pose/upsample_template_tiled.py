# exercise: upsample_template
# says: puts whole templates beside each other in place of each weight's copies
# points: 1
def upsample_template(template, factor):
    return template.repeat(1, factor, factor) / factor**2
