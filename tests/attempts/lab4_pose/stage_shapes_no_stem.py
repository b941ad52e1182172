# exercise: stage_shapes
# says: the stem is left out
# points: 0
def stage_shapes(backbone, image):
    x, shapes = backbone.stem(image[None]), []
    for stage in backbone.stages:
        x = stage(x)
        shapes.append(tuple(x.shape[1:]))
    return shapes
