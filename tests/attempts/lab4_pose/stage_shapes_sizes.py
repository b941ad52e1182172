# exercise: stage_shapes
# says: torch's own Size objects, and no care about gradients
# points: all
def stage_shapes(backbone, image):
    shapes = []
    x = image.unsqueeze(0)
    for part in (backbone.stem, *backbone.stages):
        x = part(x)
        shapes.append(x[0].shape)
    return tuple(shapes)
