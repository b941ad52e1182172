# exercise: TemplatePoseTracker
# says: nn.Upsample made anew for each image, the mean over colour as a 1 × 1 convolution, aligned corners
# points: 15
class TemplatePoseTracker(nn.Module):
    def __init__(self, num_keypoints, downsample=1, patch_size=121, mode="nearest"):
        super().__init__()
        self.downsample = downsample
        self.options = {"mode": mode} if mode == "nearest" else {"mode": mode, "align_corners": True}
        size = -(-patch_size // downsample)
        size = size if size % 2 else size + 1
        self.template = nn.Conv2d(in_channels=1, out_channels=num_keypoints, kernel_size=(size, size), padding=(size // 2, size // 2))
        self.register_buffer("thirds", torch.full((1, 3, 1, 1), 1 / 3))

    def forward(self, image):
        height, width = image.shape[-2:]
        shrink = nn.Upsample((height // self.downsample, width // self.downsample), **self.options)
        enlarge = nn.Upsample((height, width), **self.options)
        grey = F.conv2d(image.unsqueeze(0), self.thirds)
        return enlarge(self.template(shrink(grey)))[0]
