# exercise: LNP
# says: fft
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
        seen = torch.einsum("thw,nhw->nt", stimulus, self.spatial)
        n = seen.shape[1] + self.num_lags
        full = torch.fft.irfft(torch.fft.rfft(seen, n) * torch.fft.rfft(self.temporal, n), n)
        return self.nonlinearity(full[:, self.num_lags - 1 : seen.shape[1]].T + self.bias)
