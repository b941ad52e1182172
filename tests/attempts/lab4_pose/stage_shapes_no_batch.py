# exercise: stage_shapes
# says: hands the image over without a batch
# points: 0
def stage_shapes(backbone, image):
    x, shapes = image, []
    for part in (backbone.stem, *backbone.stages):
        x = part(x)
        shapes.append(tuple(x.shape))
    return shapes
