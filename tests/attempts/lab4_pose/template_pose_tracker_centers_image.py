# exercise: TemplatePoseTracker
# says: subtracts the image's mean in place
# points: 6
class TemplatePoseTracker(nn.Module):
    def __init__(self, num_keypoints: int, downsample: int = 1, patch_size: int = 121, mode: str = "nearest") -> None:
        super().__init__()
        self.downsample, self.mode = downsample, mode
        side = math.ceil(patch_size / downsample)
        side += 1 - side % 2
        self.template = nn.Conv2d(1, num_keypoints, side, padding=side // 2)

    def forward(self, image):
        height, width = image.shape[-2:]
        image -= image.mean()
        grey = image.mean(dim=0)[None, None]
        small = F.interpolate(grey, size=(height // self.downsample, width // self.downsample), mode=self.mode)
        small_logits = self.template(small)
        return F.interpolate(small_logits, size=(height, width), mode=self.mode)[0]
