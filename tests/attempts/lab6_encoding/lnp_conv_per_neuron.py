# exercise: LNP
# says: conv per neuron
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
        out=[]
        for u,v,b in zip(self.spatial,self.temporal,self.bias):
            s=(stimulus*u).sum((1,2))
            out.append(F.conv1d(s.view(1,1,-1), v.flip(0).view(1,1,-1)).flatten()+b)
        return self.nonlinearity(torch.stack(out,1))
