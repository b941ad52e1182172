# exercise: LNP
# says: flips neurons
# points: less
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
        s=torch.einsum("thw,nhw->tn",stimulus,self.spatial)
        f=F.conv1d(s.T[None],self.temporal.flip(0,1)[:,None],groups=len(self.bias))[0].T
        return self.nonlinearity(f+self.bias)
