# exercise: stage_shapes
# says: freezes the caller's backbone in place of torch.no_grad()
# points: less
def stage_shapes(backbone, image):
    for parameter in backbone.parameters():
        parameter.requires_grad_(False)
    features, shapes = image[None], []
    for part in [backbone.stem, *backbone.stages]:
        features = part(features)
        shapes.append(tuple(features.shape[1:]))
    return shapes
