# exercise: extract_features
# says: always the first stage
# points: 0
def extract_features(backbone, images, num_stages=1):
    with torch.no_grad():
        return [backbone.stages[0](backbone.stem(image[None]))[0] for image in images]
