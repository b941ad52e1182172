# exercise: extract_features
# says: keeps the last image's features only
# points: 0
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    features = []
    with torch.no_grad():
        for image in images:
            features = [front(image[None])[0]]
    return features
