# exercise: extract_features
# says: every image keeps the graph, and with it all intermediate results
# points: 3
def extract_features(backbone, images, num_stages=1):
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    return [front(image[None])[0] for image in images]
