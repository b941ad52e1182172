# exercise: TemplatePoseTracker
# says: weight.data has no gradient
# points: 14
class TemplatePoseTracker(nn.Module):
    def __init__(self, num_keypoints: int, downsample: int = 1, patch_size: int = 121, mode: str = "nearest") -> None:
        super().__init__()
        self.downsample, self.mode = downsample, mode
        side = math.ceil(patch_size / downsample)
        side += 1 - side % 2
        self.template = nn.Conv2d(1, num_keypoints, side, padding=side // 2)

    def forward(self, image):
        height, width = image.shape[-2:]
        grey = image.mean(dim=0)[None, None]
        small = F.interpolate(grey, size=(height // self.downsample, width // self.downsample), mode=self.mode)
        small_logits = F.conv2d(small, self.template.weight.data, self.template.bias, padding=self.template.padding)
        return F.interpolate(small_logits, size=(height, width), mode=self.mode)[0]
