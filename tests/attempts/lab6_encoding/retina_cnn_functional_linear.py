# exercise: RetinaCNN
# says: functional linear
# points: all
class RetinaCNN(nn.Module):
    def __init__(self, num_neurons, height, width, num_lags, num_filters=8, num_subunits=16, filter_size=6, subunit_size=5):
        super().__init__()
        self.num_lags = num_lags
        self.spatial = nn.Parameter(torch.randn(num_filters, filter_size, filter_size) / filter_size)
        self.temporal = nn.Parameter(torch.randn(num_filters, num_lags))
        self.filter_bias = nn.Parameter(torch.zeros(num_filters))
        self.subunits = nn.Conv2d(num_filters, num_subunits, subunit_size)
        rows = height - filter_size - subunit_size + 2
        columns = width - filter_size - subunit_size + 2
        num_inputs = num_subunits * rows * columns
        self.readout = nn.Linear(num_inputs, num_neurons)

    def forward(self, stimulus):
        stimulus = stimulus.to(self.spatial.dtype)
        s = F.conv2d(stimulus.unsqueeze(1), self.spatial.unsqueeze(1))
        T, K, R, C = s.shape
        flat = s.reshape(T, K * R * C).T.unsqueeze(0)
        ker = self.temporal.flip(1).repeat_interleave(R * C, dim=0).unsqueeze(1)
        z = F.conv1d(flat, ker, groups=K * R * C)[0].T.reshape(-1, K, R, C)
        z = torch.maximum(z + self.filter_bias.reshape(1, K, 1, 1), torch.zeros(()))
        z = F.conv2d(z, self.subunits.weight, self.subunits.bias).clamp_min(0)
        return torch.log1p(torch.exp(F.linear(z.reshape(len(z), -1), self.readout.weight, self.readout.bias)))
