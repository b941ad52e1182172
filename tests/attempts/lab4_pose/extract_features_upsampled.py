# exercise: extract_features
# says: features interpolated to the image's size
# points: 0
def extract_features(backbone, images, num_stages=1):
    backbone.check_num_stages(num_stages)
    front = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    with torch.no_grad():
        return [F.interpolate(front(image[None]), image.shape[1:], mode='bilinear')[0] for image in images]
