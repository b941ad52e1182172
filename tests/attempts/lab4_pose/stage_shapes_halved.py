# exercise: stage_shapes
# says: halves at every stage by arithmetic, where the first stage keeps its size
# points: 0
def stage_shapes(backbone, image):
    _, rows, columns = image.shape
    shapes = []
    for channels in backbone.channels:
        rows, columns = rows // 2, columns // 2
        shapes.append((channels, rows, columns))
    return shapes
