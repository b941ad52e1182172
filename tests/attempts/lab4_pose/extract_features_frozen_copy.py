# exercise: extract_features
# says: a copy without gradients
# points: all
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    import copy
    parts = copy.deepcopy(nn.Sequential(backbone.stem, *backbone.stages[:num_stages])).requires_grad_(False).eval()
    return [parts(image[None].detach())[0] for image in images]
