# exercise: extract_features
# says: with a progress bar, features on the CPU
# points: all
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    features = []
    with torch.set_grad_enabled(False):
        for image in tqdm(images, desc='features'):
            x = backbone.stem(image[None])
            for stage in list(backbone.stages)[:num_stages]:
                x = stage(x)
            features.append(x.squeeze(0).cpu())
    return features
