# exercise: RetinaCNN
# says: the filter bias is added before the temporal filter
# points: 5
class RetinaCNN(nn.Module):
    def __init__(
        self,
        num_neurons,
        height,
        width,
        num_lags,
        num_filters=8,
        num_subunits=16,
        filter_size=6,
        subunit_size=5,
    ):
        super().__init__()
        self.num_lags = num_lags
        self.spatial = nn.Parameter(
            torch.randn(num_filters, filter_size, filter_size) / filter_size
        )
        peaks = 3 + 8 * torch.rand(num_filters, 1)
        bumps = torch.exp(-(((torch.arange(num_lags) - peaks) / 3) ** 2))
        signs = 2.0 * torch.randint(0, 2, (num_filters, 1)) - 1
        bumps = signs * bumps / bumps.norm(dim=1, keepdim=True)
        self.temporal = nn.Parameter(bumps + 0.05 * torch.randn(num_filters, num_lags))
        self.filter_bias = nn.Parameter(torch.zeros(num_filters))
        self.subunits = nn.Conv2d(num_filters, num_subunits, subunit_size)
        lost = filter_size - 1 + subunit_size - 1
        num_inputs = num_subunits * (height - lost) * (width - lost)
        self.readout = nn.Linear(num_inputs, num_neurons)
        nn.init.normal_(self.readout.weight, std=0.3 / math.sqrt(num_inputs))
        nn.init.zeros_(self.readout.bias)

    def forward(self, stimulus):
        stimulus = stimulus.to(self.spatial.dtype)
        seen = F.conv2d(stimulus[:, None], self.spatial[:, None])
        seen = seen + self.filter_bias[:, None, None]
        num_frames, num_filters, rows, columns = seen.shape
        series = seen.permute(2, 3, 1, 0).flatten(0, 1)
        kernel = self.temporal.flip(1)[:, None]
        filtered = F.conv1d(series, kernel, groups=num_filters)
        filtered = filtered.reshape(rows, columns, num_filters, -1).permute(3, 2, 0, 1)
        first = F.relu(filtered)
        second = F.relu(self.subunits(first))
        return F.softplus(self.readout(second.flatten(1)))
