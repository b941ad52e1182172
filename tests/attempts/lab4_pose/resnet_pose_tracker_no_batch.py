# exercise: ResNetPoseTracker
# says: hands the image over without a batch
# points: 3
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        backbone.check_num_stages(num_stages)
        self.features = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
        for parameter in self.features.parameters():
            parameter.requires_grad_(False)
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2)

    def train(self, mode=True):
        super().train(mode)
        self.features.eval()
        return self

    def forward(self, image):
        height, width = image.shape[-2:]
        with torch.no_grad():
            features = self.features(image)
        small_logits = self.head(features)
        return F.interpolate(small_logits, size=(height, width), mode="bilinear")
