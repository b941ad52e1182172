# exercise: ResNetPoseTracker
# says: the stem and the last of the stages
# points: 13
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        self.features = nn.Sequential(backbone.stem, backbone.stages[num_stages - 1])
        for p in self.features.parameters():
            p.requires_grad = False
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2)

    def train(self, mode=True):
        super().train(mode)
        self.features.eval()
        return self

    def forward(self, image):
        size = image.shape[-2:]
        x = self.features(image[None])
        x = self.head(x)
        return F.interpolate(x, size=size, mode="bilinear")[0]
