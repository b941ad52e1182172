# exercise: ResNetPoseTracker
# says: frozen weights become buffers, which are no parameters at all
# points: all
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        backbone.check_num_stages(num_stages)
        self.features = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
        import copy
        self.features = copy.deepcopy(self.features)
        for module in self.features.modules():
            for name, parameter in list(module.named_parameters(recurse=False)):
                del module._parameters[name]
                module.register_buffer(name, parameter.detach())
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
        return F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
