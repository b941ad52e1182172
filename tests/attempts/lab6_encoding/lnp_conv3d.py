# exercise: LNP
# says: whole filters, outer products of time and space, by conv3d
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
        filters = torch.einsum("nl,nhw->nlhw", self.temporal.flip(1), self.spatial)
        drive = F.conv3d(stimulus[None, None], filters[:, None], bias=self.bias)
        return self.nonlinearity(drive[0, :, :, 0, 0].T)
