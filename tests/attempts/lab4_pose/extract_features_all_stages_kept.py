# exercise: extract_features
# says: a list of all stages' features for each image
# points: 0
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    features = []
    with torch.no_grad():
        for image in images:
            x, maps = backbone.stem(image[None]), []
            for stage in backbone.stages[:num_stages]:
                x = stage(x)
                maps.append(x[0])
            features.append(maps)
    return features
