# exercise: extract_features
# says: a decorator in the place of the with-block
# points: all
@torch.no_grad()
def extract_features(backbone, images, num_stages=1):
    front = nn.Sequential(backbone.stem, *[backbone.stages[i] for i in range(num_stages)]).eval()
    return [front(image.unsqueeze(0)).squeeze(0) for image in images]
