# exercise: CoupledGLM
# says: softplus, whatever it is told
# points: 5
class CoupledGLM(nn.Module):
    def __init__(self, num_neurons, height, width, num_lags, num_coupling_lags, nonlinearity=F.softplus):
        super().__init__()
        self.num_lags = num_lags
        self.nonlinearity = nonlinearity
        self.spatial = nn.Parameter(torch.randn(num_neurons, height, width) / math.sqrt(height * width))
        self.temporal = nn.Parameter(torch.randn(num_neurons, num_lags) / math.sqrt(num_lags))
        self.bias = nn.Parameter(torch.zeros(num_neurons))
        self.coupling = nn.Parameter(torch.zeros(num_neurons, num_neurons, num_coupling_lags))

    def drive(self, stimulus):
        stimulus = stimulus.to(self.spatial.dtype)
        seen = torch.einsum("thw,nhw->tn", stimulus, self.spatial)
        filtered = F.conv1d(seen.T[None], self.temporal.flip(1)[:, None], groups=len(self.temporal))[0].T
        return filtered + self.bias

    def forward(self, stimulus, spike_counts):
        drive = self.drive(stimulus)
        spike_counts = spike_counts.to(drive.dtype)
        num_coupling_lags = self.coupling.shape[2]
        heard = F.conv1d(spike_counts.T[None], self.coupling.flip(2))[0].T
        return F.softplus(drive + heard[self.num_lags - 1 - num_coupling_lags : -1])
