# exercise: stage_shapes
# says: a copy without numbers on torch's meta device
# points: all
def stage_shapes(backbone, image):
    import copy
    parts = [copy.deepcopy(part).to('meta') for part in (backbone.stem, *backbone.stages)]
    x, shapes = torch.empty(1, *image.shape, device='meta'), []
    for part in parts:
        x = part(x)
        shapes.append(tuple(x.shape[1:]))
    return shapes
