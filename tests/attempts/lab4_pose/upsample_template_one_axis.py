# exercise: upsample_template
# says: repeats the rows, forgets the columns
# points: 0
def upsample_template(template, factor):
    return template.repeat_interleave(factor, dim=1) / factor**2
