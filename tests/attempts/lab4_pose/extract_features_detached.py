# exercise: extract_features
# says: detached at the end, in a tuple
# points: all
def extract_features(backbone, images, num_stages=1):
    found = []
    for image in images:
        x = backbone.stem(image.unsqueeze(0))
        for i in range(num_stages):
            x = backbone.stages[i](x)
        found.append(x.squeeze(0).detach())
    return tuple(found)
