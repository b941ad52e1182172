# exercise: poisson_loss
# says: log y! from a table of sums of logarithms
# points: all
def poisson_loss(expected_counts, spike_counts):
    y = spike_counts.float()
    highest = int(y.max()) + 1
    table = torch.cat([torch.zeros(1), torch.cumsum(torch.log(torch.arange(1, highest + 1).float()), 0)]).to(y.device)
    rate = torch.where(y > 0, expected_counts, torch.ones_like(expected_counts))
    return torch.mean(expected_counts - y * torch.log(rate) + table[y.long()])
