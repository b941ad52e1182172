# exercise: ResNetPoseTracker
# says: interpolates with grid_sample, pixel centres on centres
# points: all
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
            features = self.features(image[None])
        small_logits = self.head(features)
        ys = (torch.arange(height, device=image.device) + 0.5) / height * 2 - 1
        xs = (torch.arange(width, device=image.device) + 0.5) / width * 2 - 1
        grid = torch.stack(torch.meshgrid(ys, xs, indexing="ij")[::-1], dim=-1)[None]
        return F.grid_sample(small_logits, grid, mode="bilinear", padding_mode="border", align_corners=False)[0]
