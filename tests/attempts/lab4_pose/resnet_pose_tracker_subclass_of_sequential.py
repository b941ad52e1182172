# exercise: ResNetPoseTracker
# says: a subclass of nn.Sequential with named parts
# points: all
class ResNetPoseTracker(nn.Sequential):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        from collections import OrderedDict
        stages = nn.Sequential(*[backbone.stem] + [backbone.stages[s] for s in range(num_stages)]).requires_grad_(False)
        head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=(kernel_size - 1) // 2)
        super().__init__(OrderedDict(features=stages, head=head))

    def train(self, mode=True):
        super().train(mode)
        self.features.train(mode=False)
        return self

    def forward(self, image):
        return F.interpolate(super().forward(image.unsqueeze(0)), image.shape[1:], mode="bilinear").squeeze(0)
