# exercise: TemplatePoseTracker
# says: squeeze() takes the axis of a single key point along with the batch
# points: 14
class TemplatePoseTracker(nn.Module):
    def __init__(self, num_keypoints, downsample=1, patch_size=121, mode="nearest"):
        super().__init__()
        self.downsample, self.mode = downsample, mode
        size = math.ceil(patch_size / downsample)
        size += 1 - size % 2
        self.template = nn.Conv2d(1, num_keypoints, size, padding=size // 2)

    def forward(self, image):
        height, width = image.shape[1:]
        small_size = (height // self.downsample, width // self.downsample)
        x = image.mean(0, keepdim=True)[None]
        x = F.interpolate(x, size=small_size, mode=self.mode)
        x = self.template(x)
        return F.interpolate(x, size=(height, width), mode=self.mode).squeeze()
