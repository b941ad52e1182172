# exercise: RetinaCNN
# says: frames as channels summed: no temporal filter
# points: less
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
        seen = F.conv2d(stimulus[:, None], self.spatial[:, None])
        filtered = seen[self.num_lags - 1 :] * self.temporal[:, 0, None, None]
        first = F.relu(filtered + self.filter_bias[:, None, None])
        second = F.relu(self.subunits(first))
        return F.softplus(self.readout(second.flatten(1)))
