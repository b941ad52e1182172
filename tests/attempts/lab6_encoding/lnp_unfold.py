# exercise: LNP
# says: windows by unfold, latest first
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
        seen = torch.tensordot(stimulus, self.spatial, dims=([1, 2], [1, 2]))
        windows = seen.unfold(0, self.num_lags, 1).flip(2)
        return self.nonlinearity((windows * self.temporal).sum(2) + self.bias)
