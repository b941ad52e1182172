"""Known mistakes in lab 3's deconvolution.

Of an exercise, and a part of its key: what stands there instead, and the mistake that this is.
"""

SLIPS: dict[tuple[str, str], dict[str, str]] = {
    ("decay_matrix", "remains = np.exp(-1 / decay_frames)"): {
        "remains = np.exp(-decay_frames)": "a frame leaves e^(-τ), not e^(-1/τ)",
        "remains = 1 - 1 / decay_frames": "a frame leaves 1 - 1/τ, which is near e^(-1/τ) for slow decays alone",
        "remains = 1 / (1 + 1 / decay_frames)": "a frame leaves 1 / (1 + 1/τ), which is near e^(-1/τ) for slow decays alone",
        "remains = 1 / decay_frames": "a frame leaves 1/τ",
        "remains = np.exp(1 / decay_frames)": "a frame leaves e^(1/τ), more than there was",
        "remains = 0.5 ** (1 / decay_frames)": "τ is taken for a half-life, after which a half is left",
        "remains = np.exp(-1 / 9)": "τ is 9 frames, whatever is asked",
        "remains = 1 - np.exp(-1 / decay_frames)": "what has decayed is taken away, not what is left",
        "remains = np.exp(-1 / (30 * decay_frames))": "τ, which is in frames, is multiplied by the frame rate",
        "remains = np.exp(-30 / decay_frames)": "τ, which is in frames, is divided by the frame rate",
        "remains = np.exp(-2 / decay_frames)": "a frame leaves what is left after two",
        "remains = np.exp(-1 // decay_frames)": "1/τ is rounded down to a whole number, with its sign",
        "remains = 1.0": "nothing decays",
        "remains = np.exp(-1 / decay_frames) / 2": "half of what is left of the frame before is taken away",
    },
    ("decay_matrix", "k=-1"): {
        "k=1": "the frame after is taken for the one before",
        "k=-2": "the entries are those of the frame before the last one",
    },
    ("decay_matrix", "- remains"): {
        "+ remains": "what is left of the frame before is added",
    },
    (
        "decay_matrix",
        'G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc")',
    ): {
        "G = remains * eye_array(num_frames, k=-1) - eye_array(num_frames)": "the sign of all entries is changed",
        "G = eye_array(num_frames, k=-1) * -1 + remains * eye_array(num_frames)": "what is left stands on the diagonal, and the frame before counts in full",
        "G = -remains * eye_array(num_frames) + eye_array(num_frames, k=-1)": "what is left stands on the diagonal, with its sign",
        'G = (eye_array(num_frames, format="lil") - remains * eye_array(num_frames, k=-1)).tolil()\n    G[0, -1] = -remains\n    G = G.tocsc()': "frame 0 follows the last one",
        'G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc")\n    G = G.tolil()\n    G[0, 0] = 0\n    G = G.tocsc()': "the first frame has no amplitude",
        'G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc")\n    G = G.tolil()\n    G[-1, -2] = 0\n    G = G.tocsc()': "the last frame has none before it",
        'G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc")\n    G = G.tolil()\n    G[1, 0] = 0\n    G = G.tocsc()': "frame 1 has none before it",
        'G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc") - remains * eye_array(num_frames, k=1)': "the frame after counts as well",
        'G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc")\n    G = G[1:]': "the first frame, which has none before it, has no row",
        "G = np.eye(num_frames) - remains * np.tri(num_frames, k=-1)": "all frames before have an entry, not the last one alone",
        'G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc")\n    G = G * (1 - remains)': "all is scaled by what has decayed",
        "from scipy.sparse import diags_array\n    G = diags_array([np.ones(num_frames), -remains ** np.arange(1, num_frames)], offsets=[0, -1])": "what is left is counted from frame 0, not from the frame before",
        'G = eye_array(num_frames, format="csc")': "the frame before is missing",
        "G = -remains * eye_array(num_frames, k=-1)": "the diagonal is empty",
    },
    ("deconvolve", ", amplitudes >= 0]"): {
        ", denoised >= 0]": "it is the calcium that may not be negative, not its amplitudes",
        ", amplitudes >= 0, denoised[0] == 0]": "the calcium of frame 0 is held at zero",
    },
    ("deconvolve", "baseline = cp.Variable()"): {
        "baseline = cp.Constant(0.0)": "there is no baseline, or none that is free",
        "baseline = cp.Variable(nonneg=True)": "the baseline may not be below zero",
        "baseline = cp.Constant(trace.min())": "the baseline is fixed beforehand, as a minimum of the trace",
        "baseline = cp.Constant(np.median(trace))": "the baseline is fixed beforehand, as a median of the trace",
        "baseline = cp.Constant(trace.mean())": "the baseline is fixed beforehand, as a mean of the trace",
        "baseline = cp.Constant(np.percentile(trace, 8))": "the baseline is fixed beforehand, as a percentile of the trace",
    },
    ("deconvolve", "num_frames = len(trace)"): {
        "num_frames = len(trace)\n    trace = trace / trace.max()": "spikes are far too dear, the trace is scaled down first, or each frame has a baseline of its own",
        "num_frames = len(trace)\n    trace = trace - trace.mean()": "the trace's mean is taken off first, and is missing in the baseline",
        "num_frames = len(trace)\n    trace -= np.median(trace)": "the trace's median is taken off first, and is missing in the baseline",
    },
    ("deconvolve", "cp.sum(amplitudes)"): {
        "cp.sum(amplitudes) + cp.abs(baseline)": "the baseline has its price, as if it were an amplitude",
        "cp.sum(denoised)": "it is the calcium that is added up, not its amplitudes",
        "cp.norm(amplitudes, 2)": "the squares of the amplitudes are added up, not their sizes",
        "cp.max(amplitudes)": "only the largest amplitude counts, not the sum of all",
        "cp.sum(amplitudes[1:])": "an amplitude of frame 0 costs nothing",
        "cp.sum(amplitudes[:-1])": "an amplitude of the last frame costs nothing",
        "cp.sum(amplitudes) / num_frames": "it is divided by T, or the amplitudes' mean is minimized, not their sum",
        "cp.sum_squares(denoised)": "the squares of the calcium are added up, not its amplitudes",
    },
    (
        "deconvolve",
        "return Deconvolution(denoised.value, amplitudes.value, float(baseline.value), multiplier)",
    ): {
        "return Deconvolution(denoised.value + baseline.value, amplitudes.value, float(baseline.value), multiplier)": "the denoised trace holds the baseline, and the amplitudes are those without it",
        "return Deconvolution(amplitudes.value, denoised.value, float(baseline.value), multiplier)": "denoised and amplitudes are exchanged",
        "return Deconvolution(trace - denoised.value, amplitudes.value, float(baseline.value), multiplier)": "what is returned as denoised is the trace less the calcium",
        "return Deconvolution(denoised.value, np.where(amplitudes.value > 0.5, amplitudes.value, 0), float(baseline.value), multiplier)": "small amplitudes are set to zero",
    },
    ("deconvolve", "trace - denoised - baseline"): {
        "trace - denoised + baseline": "the baseline comes back with the other sign",
    },
    ("deconvolve", "np.exp(-1 / decay_frames) * denoised[:-1]"): {
        "denoised[:-1]": "amplitudes are differences, as if nothing decayed",
    },
    ("deconvolve", "np.exp(-1 / decay_frames)"): {
        "(1 - 1 / decay_frames)": "a frame leaves 1 - 1/τ, which is near e^(-1/τ) for slow decays alone",
        "np.exp(-decay_frames)": "a frame leaves e^(-τ), not e^(-1/τ)",
        "np.exp(-1 / 9)": "τ is 9 frames, whatever is asked",
        "(1 - np.exp(-1 / decay_frames))": "a frame leaves what has decayed",
        "(1 / decay_frames)": "a frame leaves 1/τ",
        "0.5 ** (1 / decay_frames)": "τ is taken for a half-life, after which a half is left",
        "1 / (1 + 1 / decay_frames)": "a frame leaves 1 / (1 + 1/τ), which is near e^(-1/τ) for slow decays alone",
        "np.exp(-1 / (30 * decay_frames))": "τ, which is in frames, is multiplied by the frame rate",
    },
    ("deconvolve", "denoised[1:] - np"): {
        "denoised[1:] + np": "what is left of the frame before is added",
    },
    ("deconvolve", "amplitudes = cp.hstack([denoised[0], jumps])"): {
        "amplitudes = jumps": "frame 0, which has none before it, has no amplitude",
        "amplitudes = cp.hstack([0, jumps])": "the first frame has no amplitude",
        "amplitudes = cp.hstack([jumps, 0])": "the last frame has no amplitude, and all come a frame early",
        "amplitudes = cp.hstack([denoised[0] - np.exp(-1 / decay_frames) * denoised[-1], jumps])": "frame 0 follows the last one",
    },
    ("deconvolve_penalized", "cp.sum(amplitudes)"): {
        "cp.sum(amplitudes) / num_frames": "it is the mean of the amplitudes that costs λ, not their sum",
    },
    ("deconvolve_penalized", "num_frames = len(trace)"): {
        "num_frames = len(trace)\n    trace = trace / trace.max()": "the baseline has a price, too",
        "num_frames = len(trace)\n    trace = trace / trace.std()": "the trace is divided by its standard deviation first",
        "num_frames = len(trace)\n    trace = (trace - trace.min()) / np.ptp(trace)": "the trace is divided by its maximum first",
    },
    ("deconvolve", "bound = (1 + slack) * noise_std * np.sqrt(num_frames)"): {
        "bound = (1 + slack) * noise_std * num_frames": "the norm of T frames of noise is taken to be T σ",
        "bound = (1 + slack) * noise_std": "the norm of T frames of noise is taken to be σ",
        "bound = ((1 + slack) * noise_std) ** 2 * num_frames": "the bound on the norm is (1 + slack)² σ² T, which is that on the sum of squares",
        "bound = (1 + slack) * np.sqrt(num_frames)": "σ is left out of the bound",
        "bound = noise_std * np.sqrt(num_frames)": "the slack is left out of the bound",
        "bound = slack * noise_std * np.sqrt(num_frames)": "the bound is `slack` times the noise, not 1 + slack times",
        "bound = (1 + slack) * noise_std**2 * np.sqrt(num_frames)": "the bound is σ², not σ, times the root of T",
        "bound = (1 + slack) * noise_std * np.sqrt(num_frames - 1)": "there are T - 1 frames in the bound",
        "bound = (slack + noise_std) * np.sqrt(num_frames)": "the slack is added to σ, and is no share of it",
    },
    ("deconvolve", "cp.norm(trace - denoised - baseline, 2) <= bound"): {
        "cp.sum_squares(trace - denoised - baseline) <= bound": "a bound on the norm is set to the sum of squares, which would be θ²",
        "cp.norm(trace - denoised - baseline, 1) <= bound": "the bound is one on the sum of the residual's sizes",
        'cp.norm(trace - denoised - baseline, "inf") <= bound': "the bound is one on the largest residual",
    },
    ("deconvolve", "float(np.squeeze(constraints[0].dual_value)) / (2 * bound)"): {
        "float(constraints[0].dual_value)": "it is the multiplier of the constraint on the norm itself, not of that on its square",
        "float(constraints[0].dual_value) / bound": "θ² is taken to grow θ times as fast as θ, not 2θ times",
        "float(constraints[0].dual_value) / 2": "θ² is taken to grow twice as fast as θ, not 2θ times",
        "float(constraints[0].dual_value) * 2 * bound": "ν is multiplied by 2θ, not divided",
        "float(constraints[0].dual_value) / bound**2": "ν is divided by θ²",
        "bound / float(constraints[0].dual_value)": "it is λ, the price that η is worth, for σ = 1",
        "float(constraints[0].dual_value)**2": "it is the square of ν",
        "np.sqrt(float(constraints[0].dual_value))": "it is the root of ν",
        "float(constraints[0].dual_value) / (2 * bound**2)": "ν is divided by 2θ²",
    },
    ("deconvolve_penalized", "misfit + penalty * cp.sum(amplitudes)"): {
        "misfit + penalty / 2 * cp.sum(amplitudes)": "the misfit counts in full, not half, or λ half",
        "misfit + penalty * num_frames * cp.sum(amplitudes)": "the misfit is a mean over frames, not a sum",
        "misfit + 2 * penalty * cp.sum(amplitudes)": "the misfit counts half of what it should, or λ twice",
        "misfit + penalty / noise_std**2 * cp.sum(amplitudes)": "σ does not change the balance of misfit and price",
        "misfit + cp.sum(amplitudes) / penalty": "λ divides the price, or multiplies the misfit",
        "misfit + cp.sum(amplitudes)": "λ is left out",
        "misfit - penalty * cp.sum(amplitudes)": "what is minimized falls without end",
        "misfit + penalty**2 * cp.sum(amplitudes)": "λ is squared",
        "misfit": "amplitudes cost nothing",
        "misfit + penalty * noise_std * cp.sum(amplitudes)": "the price is multiplied by σ, too",
        "misfit + cp.sum(amplitudes) / (2 * penalty)": "the price is 1 / (2 λ), as if λ were η",
        "misfit + np.sqrt(penalty) * cp.sum(amplitudes)": "a root is taken of λ",
        "misfit + (1 - np.exp(-1 / decay_frames)) * penalty * cp.sum(amplitudes)": "the price is divided by what a spike sums up to",
        "misfit + penalty * noise_std**2 * cp.sum(amplitudes)": "σ² is squared, or the price is multiplied by it, too",
    },
    ("deconvolve_penalized", "cp.sum_squares(trace - denoised - baseline) / (2 * noise_std**2)"): {
        "2 * cp.sum_squares(trace - denoised - baseline) / noise_std**2": "the misfit counts four times of what it should, or λ a quarter",
        "cp.norm(trace - denoised - baseline) / (2 * noise_std**2)": "the residual's norm is not squared",
        "cp.norm(trace - denoised - baseline) / noise_std**2": "the residual's norm is not squared, and counts in full",
        "cp.sum_squares(trace - denoised - baseline) / (2 * noise_std)": "σ is not squared",
        "cp.sum_squares(trace - denoised - baseline) / 2 * noise_std**2": "σ² divides the price, not the misfit, or multiplies the misfit",
        "cp.norm1(trace - denoised - baseline) / (2 * noise_std**2)": "the sizes of the residuals are added up, not their squares",
    },
    ("deconvolve_penalized", "float(baseline.value))"): {
        "float(baseline.value), 1 / (2 * penalty))": "a multiplier is returned, though this problem has no bound",
    },
    ("deconvolve_fast", "if total_before / weight_before * reach <= total / weight:"): {
        "if total_before / weight_before <= total / weight:": "pools are compared by their first frames, as if nothing decayed on the way",
        "if total_before / weight_before * decay <= total / weight:": "a pool is taken to decay for one frame until the next starts, however long it is",
        "if total_before / weight_before * decay**(length_before - 1) <= total / weight:": "a pool's last frame is compared with the next pool, which comes one frame later",
        "if total_before / weight_before * reach >= total / weight:": "pools are merged where the jump between them is positive, not negative",
        "if total_before / weight_before * decay**length <= total / weight:": "a pool is taken to decay for as many frames as the next one has",
        "if total_before * reach <= total:": "sums of pools are compared, not their heights",
        "if True:": "no pools are merged",
        "if total_before / weight_before * reach + penalty <= total / weight:": "pools are merged where the jump between them is smaller than λ, not only below zero",
    },
    ("deconvolve_fast", "            pools.pop()\n"): {
        "            pools.pop()\n            break\n": "after a merge the pool before is not looked at again",
    },
    ("deconvolve_fast", "total_before + reach * total"): {
        "total_before + total": "the second pool's sum is not weighed by what the first has decayed to",
    },
    ("deconvolve_fast", "weight_before + reach**2 * weight"): {
        "weight_before + weight": "the squares of what has decayed are missing where a pool's height is divided",
        "weight_before + reach * weight": "a pool's height is divided by the sum of gⁱ, not of g²ⁱ",
    },
    ("deconvolve_fast", "reach = decay**length_before"): {
        "reach = decay": "a pool is taken to decay for one frame until the next starts, in comparing and in merging",
    },
    ("deconvolve_fast", "            length += length_before\n"): {
        "            length += 1\n": "a merged pool is taken to be one frame longer, however long the one before it was",
    },
    ("deconvolve_fast", "* decay ** np.arange(length)"): {
        "* np.ones(length)": "a pool is flat",
    },
    ("deconvolve_fast", "decay ** np.arange(length)"): {
        "decay ** np.arange(1, length + 1)": "a pool has decayed once in its first frame already",
    },
    ("deconvolve_fast", "max(total / weight, 0)"): {
        "(total / weight)": "heights below zero stay",
        "abs(total / weight)": "heights below zero lose their sign",
    },
    ("deconvolve_fast", "    pools: list"): {
        "    target = np.maximum(target, 0)\n    pools: list": "negative frames are set to zero before pools are merged",
    },
    ("deconvolve_fast", "total = total_before + reach * total"): {
        "total = max(total_before + reach * total, 0)": "heights below zero are set to zero at each merge, not at the end",
    },
    ("deconvolve_fast", "target = trace - penalty * (1 - decay)"): {
        "target = trace - penalty": "every frame of c costs the whole λ, though calcium is no amplitude",
        "target = trace.copy()": "c costs nothing but in the last frame",
        "trace = trace - np.median(trace)\n    target = trace - penalty * (1 - decay)": "the trace's median is taken off first, though there is no baseline",
        "trace = trace - trace.min()\n    target = trace - penalty * (1 - decay)": "the trace's minimum is taken off first, though there is no baseline",
        "trace = np.maximum(trace, 0)\n    target = trace - penalty * (1 - decay)": "negative frames of the trace are set to zero first",
    },
    ("deconvolve_fast", "target[-1] = trace[-1] - penalty"): {
        "pass": "the last frame of c costs what all others cost",
        "target[0] = trace[0] - penalty": "it is the first frame of c that costs more than the others",
        "target[-1] -= penalty": "the last frame pays twice",
    },
    ("deconvolve_fast", "(1 - decay)"): {
        "decay": "g stands where 1 - g is what a frame costs",
        "(1 + decay)": "a frame costs λ (1 + g), not λ (1 - g)",
    },
    ("deconvolve_fast", "penalty * (1 - decay)"): {
        "penalty / (1 - decay)": "a frame costs λ / (1 - g), not λ (1 - g)",
    },
    ("deconvolve_fast", "np.exp(-1 / decay_frames)"): {
        "1 - 1 / decay_frames": "a frame leaves 1 - 1/τ, not e^(-1/τ)",
        "np.exp(-decay_frames)": "a frame leaves e^(-τ), not e^(-1/τ)",
    },
    ("deconvolve_fast", "    return denoised"): {
        "    return denoised - decay * np.append(0, denoised[:-1])": "the amplitudes come back, not the calcium",
    },
    ("deconvolve_fast", "target.tolist()"): {
        "target[:-1].tolist()": "the last frame is missing",
    },
    ("deconvolve", "return Deconvolution(denoised.value, amplitudes.value"): {
        "return Deconvolution(denoised.value, np.where(amplitudes.value > 1, amplitudes.value, 0)": "amplitudes below 1 are set to zero",
        "return Deconvolution(denoised.value, denoised.value": "the denoised trace comes back in both places, or a frame leaves next to nothing",
    },
}
