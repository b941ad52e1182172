# exercise: ResNetPoseTracker
# says: keeps the eval mode in which the backbone came, until train() is called
# points: all
class ResNetPoseTracker(nn.Module):
    """One trained convolution on top of frozen features."""

    def __init__(
        self, backbone: Backbone, num_keypoints: int, num_stages: int = 1, kernel_size: int = 3
    ) -> None:
        super().__init__()
        backbone.check_num_stages(num_stages)

        # The stem and the first num_stages stages, one after the other.
        self.features = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])

        # Freeze them: no parameter of theirs requires a gradient.
        for parameter in self.features.parameters():
            parameter.requires_grad = False

        # One convolution from the features to num_keypoints maps, which keeps height and width.
        self.head = nn.Conv2d(
            backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2
        )

    def train(self, mode: bool = True) -> "ResNetPoseTracker":
        super().train(mode)
        # Whatever the mode, the frozen part stays in eval mode.
        self.features.eval()
        return self

    def forward(
        self, image: Float[Tensor, "3 height width"]
    ) -> Float[Tensor, "num_keypoints height width"]:
        height, width = image.shape[-2:]
        with torch.no_grad():
            features = self.features(image[None])
        small_logits = self.head(features)
        logits = F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
        return logits
