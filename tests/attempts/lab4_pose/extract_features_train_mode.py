# exercise: extract_features
# says: BatchNorm in training mode takes the statistics of each image
# points: 0
def extract_features(backbone, images, num_stages=1):
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages]).train()
    with torch.no_grad():
        return [front(image[None])[0] for image in images]
