# exercise: ResNetPoseTracker
# says: keeps the whole backbone, frozen, and uses its first stages
# points: all
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        backbone.check_num_stages(num_stages)
        self.backbone, self.num_stages = backbone, num_stages
        self.backbone.requires_grad_(False)
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2)

    def train(self, mode=True):
        super().train(mode)
        self.backbone.eval()
        return self

    @torch.no_grad()
    def features(self, images):
        x = self.backbone.stem(images)
        for stage in list(self.backbone.stages)[: self.num_stages]:
            x = stage(x)
        return x

    def forward(self, image):
        height, width = image.shape[-2:]
        features = self.features(image[None])
        small_logits = self.head(features)
        return F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
