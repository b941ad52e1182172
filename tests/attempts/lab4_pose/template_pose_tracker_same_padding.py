# exercise: TemplatePoseTracker
# says: padding="same", scale factors down, the size of the image up
# points: all
class TemplatePoseTracker(nn.Module):
    def __init__(self, num_keypoints, downsample=1, patch_size=121, mode="nearest"):
        super().__init__()
        self.factor = downsample
        self.mode = mode
        kernel_size = 1
        while kernel_size < patch_size / downsample:
            kernel_size += 2
        self.template = nn.Conv2d(1, num_keypoints, kernel_size, padding="same")

    def forward(self, image):
        grey = torch.einsum("chw->hw", image) / 3
        small = F.interpolate(grey[None, None], scale_factor=1 / self.factor, mode=self.mode)
        return F.interpolate(self.template(small), size=image.shape[-2:], mode=self.mode).squeeze(0)
