# exercise: stage_shapes
# says: a NumPy array of numbers
# points: all
def stage_shapes(backbone, image):
    x, rows = image[None], []
    with torch.no_grad():
        for part in (backbone.stem, *backbone.stages):
            x = part(x)
            rows.append(x.shape[1:])
    return np.array(rows)
