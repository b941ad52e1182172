# exercise: stage_shapes
# says: runs a longer piece of the network each time
# points: all
def stage_shapes(backbone, image):
    parts = [backbone.stem, *backbone.stages]
    return [tuple(nn.Sequential(*parts[: n + 1])(image[None]).shape[-3:]) for n in range(len(parts))]
