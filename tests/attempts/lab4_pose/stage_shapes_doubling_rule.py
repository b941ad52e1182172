# exercise: stage_shapes
# says: the rule of the trade, from the stem on
# points: 0
def stage_shapes(backbone, image):
    x = backbone.stem(image[None])
    c, h, w = x.shape[1:]
    return [(c * 2**s, h // 2**s, w // 2**s) for s in range(1 + len(backbone.stages))]
