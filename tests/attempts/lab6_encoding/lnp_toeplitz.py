# exercise: LNP
# says: bin by bin
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
        T = len(stimulus); L = self.num_lags
        seen = torch.matmul(stimulus.reshape(T, -1), self.spatial.reshape(len(self.bias), -1).t())
        rows = []
        for t in range(L - 1, T):
            rows.append((self.temporal.t() * seen[t - L + 1:t + 1].flip(0)).sum(0) + self.bias)
        return self.nonlinearity(torch.stack(rows))
