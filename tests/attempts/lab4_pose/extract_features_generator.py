# exercise: extract_features
# says: a generator, which can be read once
# points: 0
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    return (front(image[None])[0].detach() for image in images)
