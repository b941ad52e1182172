# exercise: ResNetPoseTracker
# says: centers the image in place
# points: 8
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints: int, num_stages: int = 1, kernel_size: int = 3) -> None:
        super().__init__()
        backbone.check_num_stages(num_stages)
        self.features = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
        for parameter in self.features.parameters():
            parameter.requires_grad_(False)
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2)

    def train(self, mode: bool = True):
        super().train(mode)
        self.features.eval()
        return self

    def forward(self, image):
        image -= image.mean()
        height, width = image.shape[-2:]
        with torch.no_grad():
            features = self.features(image[None])
        small_logits = self.head(features)
        return F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
