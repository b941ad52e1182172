# exercise: stage_shapes
# says: named tuples
# points: all
from collections import namedtuple
Shape = namedtuple('Shape', 'channels rows columns')
def stage_shapes(backbone, image):
    x, shapes = backbone.stem(image[None]), []
    shapes.append(Shape(*x.shape[1:]))
    for stage in backbone.stages:
        x = stage(x)
        shapes.append(Shape(*x.shape[1:]))
    return shapes
