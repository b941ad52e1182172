# exercise: LNP
# says: pads, filters, and cuts off what was padded
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
        padded = F.pad(seen, (self.num_lags - 1, 0))
        full = F.conv1d(padded[None], self.temporal.flip(-1).unsqueeze(1), bias=self.bias, groups=len(self.bias))
        return self.nonlinearity(full[0, :, self.num_lags - 1 :].T)
