# exercise: TemplatePoseTracker
# says: takes batches as well, with zeros padded by hand
# points: all
class TemplatePoseTracker(nn.Module):
    def __init__(self, num_keypoints, downsample=1, patch_size=121, mode="nearest"):
        super().__init__()
        self.downsample, self.mode = downsample, mode
        self.reach = math.ceil((patch_size / downsample - 1) / 2)
        self.template = nn.Conv2d(1, num_keypoints, 2 * self.reach + 1)

    def forward(self, image):
        images = image if image.ndim == 4 else image[None]
        height, width = images.shape[2:]
        x = images.mean(dim=1, keepdim=True)
        x = F.interpolate(x, (height // self.downsample, width // self.downsample), mode=self.mode)
        x = self.template(F.pad(x, (self.reach,) * 4))
        x = F.interpolate(x, (height, width), mode=self.mode)
        return x if image.ndim == 4 else x[0]
