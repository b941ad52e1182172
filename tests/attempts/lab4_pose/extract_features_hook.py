# exercise: extract_features
# says: a hook takes the features of the whole network
# points: all
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    kept = []
    hook = backbone.stages[num_stages - 1].register_forward_hook(lambda module, x, y: kept.append(y[0].detach()))
    with torch.no_grad():
        for image in images:
            backbone(image[None])
    hook.remove()
    return kept
