# exercise: extract_features
# says: freezes the backbone that was given in place of no_grad
# points: less
def extract_features(
    backbone: Backbone, images: Sequence[Float[Tensor, "3 height width"]], num_stages: int = 1
) -> list[Float[Tensor, "channels rows columns"]]:
    backbone.check_num_stages(num_stages)
    for parameter in backbone.parameters():
        parameter.requires_grad = False
    features = []
    for image in images:
        x = backbone.stem(image[None])
        for stage in backbone.stages[:num_stages]:
            x = stage(x)
        features.append(x[0])
    return features
