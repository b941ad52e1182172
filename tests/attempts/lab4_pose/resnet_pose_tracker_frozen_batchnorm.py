# exercise: ResNetPoseTracker
# says: torchvision's FrozenBatchNorm2d in a copy of the backbone
# points: all
class ResNetPoseTracker(nn.Module):
    def __init__(self, backbone, num_keypoints, num_stages=1, kernel_size=3):
        super().__init__()
        backbone.check_num_stages(num_stages)
        import copy
        from torchvision.ops import FrozenBatchNorm2d
        def frozen(module):
            for name, child in module.named_children():
                if isinstance(child, nn.BatchNorm2d):
                    norm = FrozenBatchNorm2d(child.num_features, eps=child.eps)
                    norm.load_state_dict({k: v for k, v in child.state_dict().items() if k != "num_batches_tracked"})
                    setattr(module, name, norm)
                else:
                    frozen(child)
            return module
        self.features = frozen(copy.deepcopy(nn.Sequential(backbone.stem, *backbone.stages[:num_stages])))
        for parameter in self.features.parameters():
            parameter.requires_grad_(False)
        self.head = nn.Conv2d(backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2)


    def forward(self, image):
        height, width = image.shape[-2:]
        with torch.no_grad():
            features = self.features(image[None])
        small_logits = self.head(features)
        return F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
