# exercise: stage_shapes
# says: forward hooks, and one pass through the whole network
# points: all
def stage_shapes(backbone, image):
    shapes = []
    handles = [part.register_forward_hook(lambda module, x, y: shapes.append(list(y.shape[1:]))) for part in [backbone.stem, *backbone.stages]]
    with torch.no_grad():
        backbone(image[None])
    for handle in handles:
        handle.remove()
    return shapes
