# exercise: extract_features
# says: leaves each image's features in their batch of one
# points: 0
def extract_features(backbone, images, num_stages=1):
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    with torch.no_grad():
        return [front(image[None]) for image in images]
