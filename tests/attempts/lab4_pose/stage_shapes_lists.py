# exercise: stage_shapes
# says: lists of numbers
# points: all
def stage_shapes(backbone, image):
    shapes, x = [], image[None]
    for part in [backbone.stem, *backbone.stages]:
        x = part(x)
        shapes.append(list(x[0].shape))
    return shapes
