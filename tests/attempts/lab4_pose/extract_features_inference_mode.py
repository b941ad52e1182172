# exercise: extract_features
# says: inference mode: the features cannot be trained on
# points: 3
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    with torch.inference_mode():
        return [front(image[None])[0] for image in images]
