# exercise: stage_shapes
# says: the image's own shape comes first
# points: 0
def stage_shapes(backbone, image):
    x, shapes = image[None], [tuple(image.shape)]
    for part in (backbone.stem, *backbone.stages):
        x = part(x)
        shapes.append(tuple(x.shape[1:]))
    return shapes
