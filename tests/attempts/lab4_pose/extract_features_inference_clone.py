# exercise: extract_features
# says: inference mode, with clones that may be trained on
# points: all
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    with torch.inference_mode():
        maps = [front(image[None])[0] for image in images]
    return [m.clone() for m in maps]
