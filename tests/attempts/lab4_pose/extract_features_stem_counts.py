# exercise: extract_features
# says: counts the stem as a stage
# points: 0
def extract_features(backbone, images, num_stages=1):
    parts = [backbone.stem, *backbone.stages][:num_stages]
    with torch.no_grad():
        return [nn.Sequential(*parts)(image[None])[0] for image in images]
