# exercise: stage_shapes
# says: rows and columns before the channels
# points: 0
def stage_shapes(backbone, image):
    x, shapes = image[None], []
    for part in [backbone.stem, *backbone.stages]:
        x = part(x)
        shapes.append((x.shape[2], x.shape[3], x.shape[1]))
    return shapes
