# exercise: LNP
# says: filters every pixel in time, then sees space
# points: all
class LNP(nn.Module):
    def __init__(self, num_neurons, height, width, num_lags, nonlinearity=F.softplus):
        super().__init__()
        self.num_lags = num_lags
        self.nonlinearity = nonlinearity
        self.spatial = nn.Parameter(torch.randn(num_neurons, height, width) / math.sqrt(height * width))
        self.temporal = nn.Parameter(torch.randn(num_neurons, num_lags) / math.sqrt(num_lags))
        self.bias = nn.Parameter(torch.zeros(num_neurons))

    def forward(self, stimulus):
        stimulus = stimulus.to(self.spatial.dtype)
        windows = stimulus.unfold(0, self.num_lags, 1)
        filtered = torch.einsum("thwl,nl->tnhw", windows, torch.flip(self.temporal, [1]))
        drive = torch.einsum("tnhw,nhw->tn", filtered, self.spatial)
        return self.nonlinearity(drive + self.bias)
