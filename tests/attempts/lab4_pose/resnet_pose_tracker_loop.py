# exercise: ResNetPoseTracker
# says: the stages as a list, gone through in a loop; only BatchNorm layers are put into eval mode; torchvision-free Upsample
# points: all
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        self.parts = nn.ModuleList([backbone.stem])
        for i in range(num_stages):
            self.parts.append(backbone.stages[i])
        self.parts.requires_grad_(False)
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, 1, kernel_size // 2)
        self.train(self.training)

    def train(self, mode=True):
        self.training = mode
        self.head.train(mode)
        for module in self.parts.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def forward(self, image):
        features = image.unsqueeze(0)
        for part in self.parts:
            features = part(features)
        resize = nn.Upsample(size=tuple(image.shape[1:]), mode="bilinear")
        return resize(self.head(features.detach())).squeeze(0)
