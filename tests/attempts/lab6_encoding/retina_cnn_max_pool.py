# exercise: RetinaCNN
# says: max pool
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
        s=F.conv2d(stimulus[:,None],self.spatial[:,None])
        n=len(s)-self.num_lags+1
        z=sum(self.temporal[:,l,None,None]*s[self.num_lags-1-l:self.num_lags-1-l+n] for l in range(self.num_lags))
        z=F.relu(z+self.filter_bias[:,None,None])
        z=F.relu(self.subunits(z))
        z=z.amax((2,3),keepdim=True).expand_as(z)
        return F.softplus(self.readout(z.flatten(1)))
