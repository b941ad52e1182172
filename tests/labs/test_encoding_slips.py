"""Lab 6's known mistakes are named: the key with one line changed, and all that the table must then say of it."""

import inspect

import pytest
from test_encoding_checks import LAB

MEAN = "trials.float().mean(dim=0) / bin_seconds"
FRAMES = "stimulus[start - lag : stop - lag].float()"
COUNTS = "counts = spike_counts[start:stop].float()"
DIVISOR = "spike_counts[first:].float().sum(dim=0)"
LOSS = "torch.mean(expected_counts - reward + log_factorials)"
LOG = "torch.log(torch.where(spiked, expected_counts, 1.0))"
GAMMA = "torch.lgamma(spike_counts + 1.0)"
PENALTY = "alpha / 2 * torch.stack([weight.square().sum() for weight in weights]).sum()"
KEEPS = 'if not name.endswith("bias")'
SEEN = 'torch.einsum("thw,nhw->tn", stimulus, self.spatial)'
FLIP = "self.temporal.flip(1)"
RATES = "self.nonlinearity(filtered + self.bias)"
FILTERED = "F.conv1d(seen.T[None], kernels, groups=len(kernels))[0].T"
HEARD = "F.conv1d(spike_counts.T[None], kernels)[0].T"
COUPLED = "heard[self.num_lags - 1 - num_coupling_lags : -1]"
GLM_RATES = "self.nonlinearity(drive + coupled)"
RUN = "nonlinearity(drive[t] + heard).clamp(max=max_rate)"
HEARS = 'torch.einsum("nmk,rkm->rn", coupling[:, :, :num_past], recent)'
DRAW = "torch.poisson(rates[:, t], generator=generator)"
BITS = "log_ratios.sum(dim=0) / math.log(2) / num_spikes"
RATIOS = "spike_counts * torch.log(ratios) - (expected_counts - mean_counts)"
CONV = "F.conv2d(stimulus[:, None], self.spatial[:, None])"
FIRST = "F.relu(filtered + self.filter_bias[:, None, None])"
SECOND = "F.relu(self.subunits(first))"
READ = "F.softplus(self.readout(second.flatten(1)))"
POWER = "(power_of_sum - sum_of_powers) / (num_trials * (num_trials - 1))"
COVARIANCE = "products.sum(dim=0) / (len(mean) - 1)"
NORM = "covariance / torch.sqrt(prediction.var(dim=0) * signal_power)"
CEILING = "torch.sqrt(signal_power / mean.var(dim=0))"
FIT = "fit(stimulus[:num_frames], spike_counts[:num_frames])"
TIMES = "torch.sort(begins[bins] + uniforms * expected_counts[bins]).values"
TAKEN = "1 - torch.exp(-torch.diff(times, prepend=times.new_zeros(1)))"

SLIPS = [
    ("firing_rates_hz", "trials.float()", "(trials > 0).float()", "a bin with several spikes counts as one"),
    ("firing_rates_hz", ".mean(dim=0)", ".sum(dim=0)", "trials are added up"),
    ("firing_rates_hz", "/ bin_seconds", "/ 0.01", "10 ms is taken for granted"),
    ("firing_rates_hz", "/ bin_seconds\n", "\n", "bin_seconds is not used"),
    ("firing_rates_hz", "/ bin_seconds\n", "* bin_seconds\n", "multiplied by bin_seconds"),
    ("firing_rates_hz", "/ bin_seconds\n", "/ (bin_seconds / 1000)\n", "in milliseconds"),
    ("firing_rates_hz", "mean(dim=0)", "sum(dim=0) / (len(trials) - 1)", "one trial less"),
    ("firing_rates_hz", "mean(dim=0)", "sum(dim=0) / trials.shape[1]", "by the number of bins"),
    ("firing_rates_hz", "mean(dim=0)", "mean(dim=1)", "bins are averaged, not trials"),
    ("firing_rates_hz", "mean(dim=0)", "mean(dim=2)", "neurons are averaged, not trials"),
    ("firing_rates_hz", "mean(dim=0)", "mean(dim=(0, 1))", "bins are averaged, too"),
    ("firing_rates_hz", "mean(dim=0)", "median(dim=0).values", "median"),
    ("firing_rates_hz", "trials.float().mean(dim=0)", "trials.sum(dim=0, dtype=trials.dtype) / len(trials)", "added up in one byte"),
    ("firing_rates_hz", "trials.float()", "trials.double()", "stays in the dtype"),
    ("spike_triggered_average", FRAMES, "stimulus[start - num_lags + 1 + lag : stop - num_lags + 1 + lag].float()", "the oldest frame comes first"),
    ("spike_triggered_average", "first = num_lags - 1", "first = num_lags", "the first bin that has a complete window is left out"),
    ("spike_triggered_average", DIVISOR, "spike_counts.float().sum(dim=0)", "left out of the sum, and counted in the divisor"),
    ("spike_triggered_average", DIVISOR, "(spike_counts[first:] > 0).float().sum(dim=0)", "by the number of bins with spikes"),
    ("spike_triggered_average", DIVISOR, "spike_counts[first:].float().sum(dim=0).clamp(min=1)", "a neuron without spikes gets 0"),
    ("spike_triggered_average", DIVISOR, "spike_counts[first:].float().sum().expand(num_neurons)", "by the spikes of all neurons"),
    ("spike_triggered_average", DIVISOR, "torch.full((num_neurons,), float(num_frames))", "by the number of frames"),
    ("spike_triggered_average", DIVISOR, "torch.full((num_neurons,), float(num_frames - first))", "number of complete windows"),
    ("spike_triggered_average", DIVISOR, "torch.ones(num_neurons)", "the sum is not divided"),
    ("spike_triggered_average", DIVISOR, "spike_counts[first + 1 :].float().sum(dim=0)", "left out of the divisor"),
    ("spike_triggered_average", COUNTS, "counts = (spike_counts[start:stop] > 0).float()", "counts once in the sum, and fully in the divisor"),
    ("spike_triggered_average", COUNTS, "counts = spike_counts[start:stop].float().sum(1, keepdim=True).expand(-1, num_neurons)", "averaged together"),
    ("spike_triggered_average", FRAMES, "stimulus[start - lag : stop - lag].float() - stimulus.float().mean()", "the movie's mean is subtracted"),
    ("spike_triggered_average", FRAMES, "stimulus[start - lag : stop - lag].float() - stimulus.float().mean(dim=0)", "the movie's mean frame is subtracted"),
    ("spike_triggered_average", FRAMES, "stimulus[start - lag : stop - lag].float().square()", "frames are squared"),
    ("poisson_loss", "torch.mean(", "torch.sum(", "it is the sum"),
    ("poisson_loss", LOSS, "(expected_counts - reward + log_factorials).mean(dim=0)", "each neuron keeps a loss"),
    ("poisson_loss", LOSS, "(expected_counts - reward + log_factorials).sum(dim=0).mean()", "bins are added up"),
    ("poisson_loss", "- reward", "+ reward", "is added, not subtracted"),
    ("poisson_loss", LOSS, "-" + LOSS, "sign is that of a log likelihood"),
    ("poisson_loss", LOSS, LOSS.replace("expected_counts - ", "-"), "λ by itself is left out"),
    ("poisson_loss", "reward = spike_counts * log_rates", "reward = log_rates", "not multiplied by the count"),
    ("poisson_loss", LOG, LOG.replace("torch.log", "torch.log2"), "to base 2"),
    ("poisson_loss", LOG, LOG.replace("torch.log(", "torch.log1p("), "1 is added to the rate"),
    ("poisson_loss", LOG, LOG.replace("torch.log(", "torch.log(1e-6 + "), "a small number is added"),
    ("poisson_loss", LOG, LOG.replace("torch.log(", "torch.log(1e-3 + "), "a small number is added"),
    ("poisson_loss", LOG, "torch.log(expected_counts.clamp(min=1e-8))", "a small number is added"),
    ("poisson_loss", LOG, "torch.log(expected_counts)", "0 · log 0"),
    ("poisson_loss", "reward = spike_counts * log_rates", "reward = torch.xlogy(spike_counts, expected_counts)", "0 / 0"),
    ("poisson_loss", LOG, "torch.where(spiked, torch.log(expected_counts), 0.0)", "0 / 0"),
    ("poisson_loss", LOSS, LOSS.replace("(expected_counts", "(expected_counts.clamp(min=1e-30)"), "λ itself is cut"),
    ("poisson_loss", GAMMA, "torch.zeros(())", "log y! is left out"),
    ("poisson_loss", GAMMA, "torch.lgamma(spike_counts.clamp(min=1.0))", "log Γ(y)"),
    ("poisson_loss", GAMMA, "torch.lgamma(spike_counts.float())", "log Γ(y)"),
    ("poisson_loss", GAMMA, GAMMA + ".exp()", "y! is added, not its logarithm|y!"),
    ("poisson_loss", "+ log_factorials", "- log_factorials", "log y! is subtracted"),
    ("poisson_loss", GAMMA, "torch.log(spike_counts.clamp(min=1))", "log y is taken for log y!"),
    ("poisson_loss", LOSS, "(expected_counts - reward + log_factorials)[spike_counts > 0].mean()", "left out of the mean"),
    ("l2_penalty", "alpha / 2", "alpha", "the half is left out"),
    ("l2_penalty", "alpha / 2", "alpha**2 / 2", "alpha is squared"),
    ("l2_penalty", "alpha / 2", "1 / (2 * alpha)", "divided by alpha"),
    ("l2_penalty", PENALTY, PENALTY + ".sqrt()", "root of the penalty|norm"),
    ("l2_penalty", "weight.square().sum()", "weight.norm()", "each layer's norm"),
    ("l2_penalty", "weight.square().sum()", "weight.abs().sum()", "absolute values"),
    ("l2_penalty", "weight.square().sum()", "weight.square().mean()", "each layer's mean square"),
    ("l2_penalty", "for weight in weights]", "for weight in weights[-1:]]", "only the last layer counts"),
    ("l2_penalty", "alpha / 2", "-alpha / 2", "sign is that of a log prior"),
    ("l2_penalty", KEEPS, "", "biases count as weights"),
    ("l2_penalty", KEEPS, 'if name != "bias"', "of another name than `bias`"),
    ("l2_penalty", KEEPS, 'if "bias" not in name', "anywhere in its name"),
    ("l2_penalty", KEEPS, 'if name.endswith("bias")', "the biases alone count"),
    ("LNP", FLIP, "self.temporal", "turned around in time"),
    ("LNP", FLIP, "self.temporal.flip(0)", "another axis than time"),
    ("LNP", FLIP, "self.temporal.flip(1)[:1].expand(len(self.temporal), -1)", "the first one's temporal filter"),
    ("LNP", SEEN, SEEN + " / self.spatial[0].numel()", "pixels are averaged"),
    ("LNP", SEEN, SEEN.replace("self.spatial", "self.spatial.flip(1, 2)"), "the spatial filter is turned around"),
    ("LNP", SEEN, SEEN.replace("stimulus,", "stimulus - stimulus.mean(),"), "mean is subtracted"),
    ("LNP", SEEN, SEEN.replace("stimulus,", "stimulus - stimulus.mean((1, 2), keepdim=True),"), "each frame's mean is subtracted"),
    ("LNP", SEEN, f"F.relu({SEEN})", "what the spatial filter sees is rectified"),
    ("LNP", SEEN, f"F.softplus({SEEN})", "applied to what the spatial filter sees"),
    ("LNP", SEEN, SEEN.replace("self.spatial", "self.spatial.mean(0).expand_as(self.spatial)"), "mean of all spatial filters"),
    ("LNP", RATES, "self.nonlinearity(filtered) + self.bias", "added after the nonlinearity"),
    ("LNP", RATES, "F.softplus(filtered + self.bias)", "softplus is taken, whatever"),
    ("LNP", RATES, "torch.exp(filtered + self.bias)", "exp is taken, whatever"),
    ("LNP", RATES, "filtered + self.bias", "no nonlinearity"),
    ("LNP", RATES, "F.relu(filtered + self.bias)", "rectifier"),
    ("LNP", RATES, "self.nonlinearity(self.nonlinearity(filtered + self.bias))", "applied twice"),
    ("LNP", RATES, "self.nonlinearity(filtered)", "the bias is left out"),
    ("LNP", RATES, "self.nonlinearity(filtered - self.bias)", "the bias is subtracted"),
    ("LNP", RATES, "self.nonlinearity(filtered + self.bias) / 0.01", "rates are in Hz"),
    ("LNP", RATES, "self.nonlinearity(filtered + self.bias).T", "neurons come first"),
    ("LNP", RATES, "self.nonlinearity(filtered + self.bias)[1:]", "a bin is missing"),
    ("LNP", FILTERED, "F.conv1d(F.pad(seen.T[None], (self.num_lags - 1, 0)), kernels, groups=len(kernels))[0].T", "the movie is padded"),
    ("LNP", FILTERED, "F.conv1d(F.pad(seen.T[None], (self.num_lags, 0)), kernels, groups=len(kernels))[0].T[: len(seen)]", "padded"),
    ("LNP", FILTERED, "F.conv1d(F.pad(seen.T[None], (1, 0)), kernels, groups=len(kernels))[0].T[:-1]", "a bin too late"),
    ("LNP", FILTERED, "F.conv1d(F.pad(seen.T[None], (0, 1)), kernels, groups=len(kernels))[0].T[1:]", "a bin too early"),
    ("CoupledGLM", FLIP, "self.temporal", "turned around in time"),
    ("CoupledGLM", "[0].T + self.bias", "[0].T", "the bias is left to the rate"),
    ("CoupledGLM", "return drive", "return self.nonlinearity(drive)", "the nonlinearity is in the drive already"),
    ("CoupledGLM", GLM_RATES, "self.nonlinearity(drive + coupled + self.bias)", "the bias is added a second time"),
    ("CoupledGLM", GLM_RATES, "self.nonlinearity(drive) + coupled", "added to the rate, after the nonlinearity"),
    ("CoupledGLM", GLM_RATES, "F.softplus(drive + coupled)", "softplus is taken, whatever"),
    ("CoupledGLM", GLM_RATES, "self.nonlinearity(drive) * self.nonlinearity(coupled)", "multipl"),
    ("CoupledGLM", GLM_RATES, "self.nonlinearity(drive) * torch.exp(coupled)", "exp of what is heard multiplies"),
    ("CoupledGLM", GLM_RATES, "drive + coupled", "no nonlinearity"),
    ("CoupledGLM", GLM_RATES, "self.nonlinearity(drive - coupled)", "what is heard is subtracted"),
    ("CoupledGLM", "self.coupling.flip(2)", "self.coupling.flip(2).transpose(0, 1)", "read as [from, to]"),
    ("CoupledGLM", "self.coupling.flip(2)", "self.coupling", "the last weight comes first"),
    ("CoupledGLM", "self.coupling.flip(2)", "(self.coupling * torch.eye(len(self.coupling))[:, :, None]).flip(2)", "hears only itself"),
    ("CoupledGLM", "self.coupling.flip(2)", "(self.coupling * (1 - torch.eye(len(self.coupling)))[:, :, None]).flip(2)", "does not hear itself"),
    ("CoupledGLM", COUPLED, "heard[self.num_lags - num_coupling_lags :]", "a bin too early"),
    ("CoupledGLM", COUPLED, "heard[self.num_lags - 2 - num_coupling_lags : -2]", "a bin too late"),
    ("CoupledGLM", HEARD, "F.conv1d((spike_counts.T[None] > 0).float(), kernels)[0].T", "two spikes of a bin count as one"),
    ("CoupledGLM", HEARD, HEARD + " / len(self.coupling)", "averaged, not added up"),
    ("CoupledGLM", HEARD, HEARD + " / num_coupling_lags", "lags are averaged"),
    ("simulate_spikes", "counts[:, t - num_past : t].flip(1)", "rates[:, t - num_past : t].flip(1)", "the expected counts act"),
    ("simulate_spikes", "counts[:, t - num_past : t].flip(1)", "counts[:, t - num_past : t].flip(1).mean(0, keepdim=True).expand(num_trials, -1, -1)", "the mean of their counts"),
    ("simulate_spikes", "counts[:, t - num_past : t].flip(1)", "counts[:, t - num_past : t].flip(1)[:1].expand(num_trials, -1, -1)", "that of the first"),
    ("simulate_spikes", "counts[:, t - num_past : t].flip(1)", "(counts[:, t - num_past : t].flip(1) > 0).float()", "count as one"),
    ("simulate_spikes", ".flip(1)  #", "  #", "the oldest of the past bins"),
    ("simulate_spikes", "nmk,rkm->rn", "mnk,rkm->rn", "read as [from, to]"),
    ("simulate_spikes", "num_past = min(t, num_coupling_lags)", "num_past = min(t, num_coupling_lags - 1)", "the last weight is never used"),
    ("simulate_spikes", "num_past = min(t, num_coupling_lags)", "num_past = min(t, 1)", "only the bin before is heard"),
    ("simulate_spikes", HEARS, HEARS + " * (t >= num_coupling_lags)", "before the history is complete"),
    ("simulate_spikes", RUN, "(nonlinearity(drive[t]) + heard).clamp(min=0, max=max_rate)", "added to the rate"),
    ("simulate_spikes", RUN, "nonlinearity(drive[t].expand(num_trials, -1)).clamp(max=max_rate)", "nothing is heard"),
    ("simulate_spikes", RUN, "nonlinearity(drive[t] - heard).clamp(max=max_rate)", "subtracted"),
    ("simulate_spikes", RUN, "nonlinearity(drive[0] + heard).clamp(max=max_rate)", "the drive of bin 0"),
    ("simulate_spikes", RUN, "F.softplus(drive[t] + heard).clamp(max=max_rate)", "softplus is taken"),
    ("simulate_spikes", RUN, "nonlinearity((drive[t] + heard).clamp(max=max_rate))", "the drive is cut"),
    ("simulate_spikes", RUN, "nonlinearity(drive[t] + heard).clamp(max=5.0)", "cut at 5"),
    ("simulate_spikes", RUN, "nonlinearity(drive[t] + heard)", "not cut"),
    ("simulate_spikes", DRAW, "torch.poisson(rates[:, t])", "other chance than the generator's"),
    ("simulate_spikes", DRAW, "torch.poisson(rates[:, t], generator=generator.manual_seed(t))", "a seed is set"),
    ("simulate_spikes", DRAW, "torch.bernoulli(rates[:, t].clamp(max=1), generator=generator)", "one spike or none"),
    ("simulate_spikes", DRAW, "rates[:, t].round()", "rounded"),
    ("simulate_spikes", DRAW, "rates[:, t]", "nothing is drawn"),
    ("simulate_spikes", DRAW, "torch.poisson(nonlinearity(drive[t] + heard), generator=generator)", "drawn before the rates are cut"),
    ("simulate_spikes", DRAW, DRAW + ".clamp(max=max_rate)", "counts are cut"),
    ("simulate_spikes", "return counts, rates", "return rates, counts", "rates come first"),
    ("bits_per_spike", " / math.log(2)", "", "natural logarithms"),
    ("bits_per_spike", " / math.log(2)", " * math.log(2)", "multiplied by log 2"),
    ("bits_per_spike", BITS, BITS.replace("num_spikes", "len(spike_counts)"), "bins are counted in the place"),
    ("bits_per_spike", BITS, BITS.replace("num_spikes", "num_spikes.sum()"), "the spikes of all neurons"),
    ("bits_per_spike", BITS, BITS.replace("sum(dim=0)", "mean(dim=0)"), "the mean over bins is divided"),
    ("bits_per_spike", BITS, "-" + BITS, "signs are those of a loss"),
    ("bits_per_spike", BITS, f"({BITS}).clamp(min=0)", "worse than the constant one is given 0"),
    ("bits_per_spike", BITS, f"({BITS}).nan_to_num(0)", "gets 0, not NaN"),
    ("bits_per_spike", "torch.where(num_spikes > 0, num_spikes, torch.nan)", "num_spikes", "divided by 0 as it stands"),
    ("bits_per_spike", RATIOS, "spike_counts * torch.log(ratios)", "λ by itself is left out"),
    ("bits_per_spike", RATIOS, RATIOS.replace("- (e", "+ (e"), "λ by itself is added"),
    ("bits_per_spike", RATIOS, f"({RATIOS}) * (spike_counts > 0)", "bins without spikes are left out"),
    ("bits_per_spike", "ratios = torch.where", "mean_counts = spike_counts.mean(dim=0); ratios = torch.where", "the mean of the counts at hand"),
    ("bits_per_spike", "ratios = torch.where", "mean_counts = mean_counts.mean().expand_as(mean_counts); ratios = torch.where", "one mean for all neurons"),
    ("bits_per_spike", "ratios = torch.where", "mean_counts = expected_counts.mean(dim=0); ratios = torch.where", "the model's own rates"),
    ("bits_per_spike", RATIOS, "spike_counts * torch.log(torch.where(spike_counts > 0, expected_counts, 1.0)) - expected_counts", "compared with nothing"),
    ("bits_per_spike", "torch.where(spike_counts > 0, expected_counts / mean_counts, 1.0)", "expected_counts / mean_counts", "0 · log 0"),
    ("bits_per_spike", "log_ratios.sum(dim=0) / math.log(2) / num_spikes", "log_ratios.sum() / math.log(2) / num_spikes.nansum()", "all neurons' bits"),
    ("RetinaCNN", FLIP, "self.temporal", "turned around in time"),
    ("RetinaCNN", CONV, CONV.replace("self.spatial[", "self.spatial.flip(1, 2)["), "spatial filters are turned around"),
    ("RetinaCNN", CONV, f"F.relu({CONV})", "rectified before time is filtered"),
    ("RetinaCNN", CONV, CONV + " + self.filter_bias[:, None, None]", "and again after it"),
    ("RetinaCNN", CONV, CONV.replace("stimulus[:, None]", "stimulus[:, None] - stimulus.mean()"), "mean is subtracted"),
    ("RetinaCNN", FIRST, FIRST.replace("+ self", "- self"), "filter_bias is subtracted"),
    ("RetinaCNN", FIRST, "F.relu(filtered)", "filter_bias is left out"),
    ("RetinaCNN", FIRST, "F.relu(filtered) + self.filter_bias[:, None, None]", "rectified before its bias is added"),
    ("RetinaCNN", FIRST, FIRST.replace("F.relu", ""), "the first layer is not rectified"),
    ("RetinaCNN", FIRST, FIRST.replace("F.relu", "F.softplus"), "the first layer is softplus"),
    ("RetinaCNN", FIRST, FIRST.replace("F.relu", "torch.abs"), "absolute values"),
    ("RetinaCNN", FIRST, FIRST.replace("F.relu", "torch.sigmoid"), "the first layer is a sigmoid"),
    ("RetinaCNN", SECOND, "self.subunits(first)", "the second layer is not rectified"),
    ("RetinaCNN", SECOND, "F.softplus(self.subunits(first))", "the second layer is softplus"),
    ("RetinaCNN", SECOND, SECOND + ".mean((2, 3), keepdim=True).expand(-1, -1, rows - self.subunits.weight.shape[2] + 1, columns - self.subunits.weight.shape[3] + 1)", "averaged over places"),
    ("RetinaCNN", READ, READ.replace("second", "second.movedim(1, 3)"), "rows, columns, channels"),
    ("RetinaCNN", READ, READ.replace("second", "second.transpose(2, 3)"), "channels, columns, rows"),
    ("RetinaCNN", READ, READ.replace("F.softplus", "F.relu"), "rates are rectified, not softplus"),
    ("RetinaCNN", READ, READ.replace("F.softplus", "torch.exp"), "exp follows"),
    ("RetinaCNN", READ, READ.replace("F.softplus", ""), "no softplus"),
    ("RetinaCNN", READ, READ.replace("F.softplus(", "F.softplus(F.relu(") + ")", "read-out is rectified before softplus"),
    ("RetinaCNN", "num_subunits * rows * columns", "num_subunits * (rows - 1) * (columns - 1)", "too few are counted"),
    ("RetinaCNN", "num_inputs = num_subunits *", "num_inputs = num_filters *", "filters are counted, not subunits"),
    ("RetinaCNN", "nn.Conv2d(num_filters, num_subunits, subunit_size)", "nn.Conv2d(num_filters, num_subunits, filter_size)", "the size of the filters"),
    ("RetinaCNN", "nn.Conv2d(num_filters, num_subunits, subunit_size)", "nn.Conv2d(num_filters, num_subunits, subunit_size, bias=False)", "without a bias"),
    ("explained_correlation", POWER, POWER.replace(" - sum_of_powers", ""), "variances are not subtracted"),
    ("explained_correlation", POWER, "trials.mean(dim=0).var(dim=0)", "noise counts as signal"),
    ("explained_correlation", POWER, POWER.replace("(num_trials - 1)", "num_trials"), "R² stands"),
    ("explained_correlation", POWER, POWER.replace("(num_trials * (num_trials - 1))", "(num_trials - 1)"), "R - 1 stands"),
    ("explained_correlation", POWER, "power_of_sum - sum_of_powers", "not divided by R (R - 1)"),
    ("explained_correlation", "trials.var(dim=1).sum(dim=0)", "trials.var(dim=1).mean(dim=0)", "averaged, not added up"),
    ("explained_correlation", CEILING, "signal_power / mean.var(dim=0)", "no root is taken"),
    ("explained_correlation", CEILING, "torch.sqrt(mean.var(dim=0) / signal_power)", "turned over"),
    ("explained_correlation", CEILING, "torch.sqrt(signal_power / power_of_sum)", "the variance of the sum"),
    ("explained_correlation", "return cc_norm, cc_max", "return cc_max, cc_norm", "in the other order"),
    ("explained_correlation", NORM, f"{NORM} * torch.sqrt(signal_power / mean.var(dim=0))", "not divided by CC_max"),
    ("explained_correlation", NORM, f"({NORM}).clamp(-1, 1)", "cut off"),
    ("explained_correlation", NORM, f"({NORM}).abs()", "the sign is lost"),
    ("explained_correlation", NORM, "covariance / (prediction.var(dim=0) * signal_power)", "no root is taken of Var(prediction) SP"),
    ("explained_correlation", NORM, "covariance / torch.sqrt(signal_power)", "prediction's variance is left out"),
    ("explained_correlation", COVARIANCE, "products.mean(dim=0)", "n is the divisor in one place"),
    ("explained_correlation", COVARIANCE, "(prediction * mean).sum(dim=0) / (len(mean) - 1)", "no mean is taken off"),
    ("explained_correlation", "products = (prediction - prediction.mean(dim=0)) * (mean", "products = (prediction - prediction.mean(dim=0)) * num_trials * (mean", "with the sum over trials"),
    ("explained_correlation", "torch.where(signal_power > 0, signal_power, torch.nan)", "torch.where(signal_power >= 0, signal_power, torch.nan)", "a power of 0|signal power of 0"),
    ("explained_correlation", "return cc_norm, cc_max", "return cc_norm.nan_to_num(0), cc_max.nan_to_num(0)", "0 is returned in the place of NaN"),
    ("data_efficiency", "scores.append(score)", "scores.append(max([score, *scores]))", "the best score so far"),
    ("data_efficiency", "in sizes:", "in sorted(sizes):", "sizes are sorted"),
    ("data_efficiency", FIT, "fit(stimulus, spike_counts)", "all frames"),
    ("data_efficiency", FIT, "fit(stimulus[:num_frames], spike_counts)", "all counts"),
    ("data_efficiency", FIT, "fit(stimulus[-num_frames:], spike_counts[-num_frames:])", "the last frames"),
    ("data_efficiency", FIT, "fit(stimulus[: num_frames - 1], spike_counts[: num_frames - 1])", "a frame too few"),
    ("data_efficiency", FIT, "fit(stimulus[: num_frames + 1], spike_counts[: num_frames + 1])", "a frame too many"),
    ("data_efficiency", "evaluate(model)", "model", "not evaluated"),
    ("data_efficiency", "evaluate(model)", "evaluate(model) / num_frames", "divided by the number of frames"),
    ("data_efficiency", "evaluate(model)", "evaluate(model) + sum(scores[-1:])", "added up from size to size"),
    ("rescale_times", "cumsum(dim=0) - expected_counts", "cumsum(dim=0)", "taken at a bin's end"),
    ("rescale_times", TIMES, "begins[bins] + expected_counts[bins]", "the ends of their bins"),
    ("rescale_times", TIMES, "begins[bins]", "where their bins begin"),
    ("rescale_times", TIMES, "begins[bins] + expected_counts[bins] / 2", "in the middle"),
    ("rescale_times", TIMES, "begins[bins] + uniforms * expected_counts[bins]", "in the order of `uniforms`"),
    ("rescale_times", TIMES, TIMES.replace(" * expected_counts[bins]", ""), "not multiplied by the bin's λ"),
    ("rescale_times", TIMES, TIMES.replace("uniforms", "(1 - uniforms)"), "count from the bin's end"),
    ("rescale_times", TIMES, TIMES.replace("uniforms", "uniforms.sort().values"), "sorted together"),
    ("rescale_times", TIMES, "torch.sort(bins + uniforms).values", "runs by 1 in each bin"),
    ("rescale_times", TAKEN, "torch.exp(-torch.diff(times, prepend=times.new_zeros(1)))", "it is exp(-interval)"),
    ("rescale_times", TAKEN, "torch.diff(times, prepend=times.new_zeros(1))", "intervals are returned"),
    ("rescale_times", TAKEN, "1 - torch.exp(-times)", "not of their intervals"),
    ("rescale_times", TAKEN, "1 - torch.exp(-torch.diff(times))", "before the first spike is left out"),
    ("rescale_times", TAKEN, "1 - torch.exp(-torch.diff(times, prepend=times[:1]))", "is taken to be 0"),
    ("rescale_times", TAKEN, f"torch.sort({TAKEN}).values", "intervals are sorted"),
    ("rescale_times", "torch.arange(len(spike_counts)), spike_counts)", "torch.arange(len(spike_counts)), spike_counts.clamp(max=1)); uniforms = uniforms[: len(bins)]", "a bin gets one spike"),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "line", "slip", "words"), SLIPS)
def test_the_table_names_the_mistake_and_nothing_else(
    exercise: str, line: str, slip: str, words: str
) -> None:
    source = inspect.getsource(getattr(LAB.key, exercise))
    assert line in source
    results = LAB.run_checks(exercise, LAB.define(source.replace(line, slip), exercise))
    hints = [result.hint for result in results if result.hint and not result.hidden]
    assert hints
    for hint in hints:
        assert hint.startswith("this is what comes out if ")
        assert any(word in hint for word in words.split("|"))
