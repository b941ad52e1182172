# exercise: stage_shapes
# says: the batch of one is counted too
# points: 0
def stage_shapes(backbone, image):
    x = backbone.stem(image[None])
    shapes = [tuple(x.shape)]
    for stage in backbone.stages:
        x = stage(x)
        shapes.append(tuple(x.shape))
    return shapes
