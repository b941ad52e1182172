# exercise: LNP
# says: adds up the lags, one slice of time each
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
        seen = stimulus.flatten(1) @ self.spatial.flatten(1).T
        num_bins = len(seen) - self.num_lags + 1
        drive = self.bias
        for lag in range(self.num_lags):
            start = self.num_lags - 1 - lag
            drive = drive + self.temporal[:, lag] * seen[start : start + num_bins]
        return self.nonlinearity(drive)
