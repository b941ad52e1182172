# exercise: stage_shapes
# says: right for even sizes: rounds down where the network rounds up
# points: 0
def stage_shapes(backbone, image):
    _, rows, columns = image.shape
    shapes = []
    for channels, stride in zip(backbone.channels, (2, 1, 2, 2, 2)):
        rows, columns = rows // stride, columns // stride
        shapes.append((channels, rows, columns))
    return shapes
