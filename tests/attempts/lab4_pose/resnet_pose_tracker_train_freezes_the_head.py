# exercise: ResNetPoseTracker
# says: train() freezes everything, the head with it: nothing learns from then on
# points: 13
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        backbone.check_num_stages(num_stages)
        self.features = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
        self.features.requires_grad_(False)
        channels = backbone.channels[num_stages]
        self.head = nn.Conv2d(channels, num_keypoints, kernel_size, padding=kernel_size // 2)

    def train(self, mode=True):
        super().train(mode)
        self.features.eval()
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        return self

    def forward(self, image):
        with torch.no_grad():
            features = self.features(image[None])
        return F.interpolate(self.head(features), size=image.shape[-2:], mode="bilinear")[0]
