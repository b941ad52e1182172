# exercise: extract_features
# says: no_grad around a lazy map, which runs later
# points: 3
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    with torch.no_grad():
        maps = map(lambda image: front(image[None])[0], images)
    return list(maps)
