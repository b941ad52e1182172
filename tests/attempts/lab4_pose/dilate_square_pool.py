# exercise: dilate
# says: one max pooling with the whole square
# points: all
def dilate(masks, size):
    return nn.MaxPool2d(size, stride=1, padding=(size - 1) // 2)(masks)
