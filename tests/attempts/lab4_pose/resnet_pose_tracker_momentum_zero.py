# exercise: ResNetPoseTracker
# says: BatchNorm with momentum 0: its statistics stay, but each image is normalized by its own
# points: 13
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        backbone.check_num_stages(num_stages)
        self.features = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
        for parameter in self.features.parameters():
            parameter.requires_grad_(False)
        for module in self.features.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = 0.0
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2)


    def forward(self, image):
        height, width = image.shape[-2:]
        with torch.no_grad():
            features = self.features(image[None])
        small_logits = self.head(features)
        return F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
