# exercise: RetinaCNN
# says: einsum unfold
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
        k = self.spatial.shape[-1]
        patches = stimulus.unfold(1, k, 1).unfold(2, k, 1)          # T, R, C, k, k
        s = torch.einsum("trcij,fij->tfrc", patches, self.spatial)
        w = s.unfold(0, self.num_lags, 1).flip(-1)
        z = torch.einsum("tfrcl,fl->tfrc", w, self.temporal) + self.filter_bias[None, :, None, None]
        z = self.subunits(z.relu()).relu()
        return F.softplus(self.readout(z.flatten(start_dim=1)))
