# exercise: ResNetPoseTracker
# says: a plain list of parts, which torch does not see
# points: 15
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        backbone.check_num_stages(num_stages)
        self.features = [backbone.stem, *backbone.stages[:num_stages]]
        for part in self.features:
            part.requires_grad_(False)
            part.eval()
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2)

    def train(self, mode=True):
        super().train(mode)
        for part in self.features:
            part.eval()
        return self

    def forward(self, image):
        height, width = image.shape[-2:]
        features = image[None]
        for part in self.features:
            features = part(features)
        small_logits = self.head(features)
        return F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
