# exercise: LNP
# says: filters with NumPy: nothing learns
# points: 6
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
        seen = stimulus.detach().cpu().numpy().reshape(len(stimulus), -1) @ self.spatial.detach().cpu().numpy().reshape(len(self.spatial), -1).T
        v = self.temporal.detach().cpu().numpy()
        filtered = np.stack([np.convolve(seen[:, n], v[n], mode="valid") for n in range(len(v))], axis=1)
        return self.nonlinearity(torch.tensor(filtered, dtype=torch.float32, device=stimulus.device) + self.bias)
