# exercise: ResNetPoseTracker
# says: the backbone out of torch's sight, so that no train() reaches it; batches welcome
# points: 15
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        layers = nn.Sequential(backbone.stem, *[backbone.stages[i] for i in range(num_stages)])
        object.__setattr__(self, "features", layers.eval().requires_grad_(False))
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=(kernel_size - 1) // 2)

    def forward(self, image):
        batch = image if image.ndim == 4 else image[None]
        with torch.no_grad():
            maps = self.features(batch)
        logits = F.interpolate(self.head(maps), batch.shape[-2:], mode="bilinear", align_corners=False)
        return logits if image.ndim == 4 else logits[0]
