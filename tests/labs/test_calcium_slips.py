"""Lab 3's known mistakes are named: the key with a line changed, and the clause that the first check with a hint must say."""

import inspect
from types import ModuleType

import pytest
from bank import LabChecks
from test_calcium_checks import LAB

VISIBLE = LabChecks("lab3_calcium", given=LAB.given)
VISIBLE.hidden = ModuleType("none")  # slips are named in a notebook alone

# Of an exercise, and a part of its key: what stands there instead, and the mistake that this is.
SLIPS: dict[tuple[str, str], dict[str, str]] = {
    ("pixel_noise_std", 'btype="highpass", '): {
        "": "what is slower than the cutoff stays, and what is faster goes",
    },
    ("pixel_noise_std", "butter(10"): {
        "butter(1": "its order is much lower than asked, so that it is not steep",
    },
    (
        "pixel_noise_std",
        'butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")',
    ): {
        'butter(10, cutoff_hz / frame_rate_hz, btype="highpass", output="sos")': "the filter begins at half the cutoff",
    },
    ("pixel_noise_std", "butter(10, cutoff_hz"): {
        "butter(10, 8.0": "the filter begins at 8 Hz, whatever is asked",
        "butter(10, 8 / 30 * frame_rate_hz": "the filter begins at 8/15 of the highest frequency, whatever the cutoff",
    },
    ("pixel_noise_std", "fs=frame_rate_hz"): {
        "fs=30.0": "the frame rate is taken to be 30 Hz, whatever it is",
    },
    ("pixel_noise_std", "axis=-1)["): {
        "axis=0)[": "all frequencies are left alike",
        "axis=1)[": "the filter goes over a frame's rows or columns, not over time",
    },
    ("pixel_noise_std", "noise.std(axis=-1)"): {
        "noise.std()": "the standard deviation is taken over all pixels together",
        "noise.std(axis=0)": "the standard deviation is taken over a frame's rows or columns, not over time",
        "noise.var(axis=-1)": "a variance is divided by the root of the share, and stays a variance",
        "np.median(np.abs(noise - np.median(noise, axis=-1, keepdims=True)), axis=-1)": "it is the median of sizes, which is two thirds of a standard deviation",
        "np.abs(noise).mean(axis=-1)": "it is the mean of sizes, which is less than their standard deviation",
    },
    ("pixel_noise_std", "[..., round(frame_rate_hz) :]"): {
        "": "nothing is dropped, or hardly a frame",
        "[..., 30:]": "fewer frames are dropped than a second has at this frame rate",
        "[..., : -round(frame_rate_hz)]": "the last second is dropped, not the first",
        "[..., : round(frame_rate_hz)]": "the first second is kept, and the others are dropped",
        "[..., int(cutoff_hz) :]": "as many frames are dropped as the cutoff has Hz",
        "[round(frame_rate_hz) :]": "a movie's rows are dropped, not its frames",
        "[..., round(frame_rate_hz) // 2 :]": "only half a second is dropped",
    },
    ("pixel_noise_std", "noise = sosfilt(sections, movie, axis=-1)[..., round(frame_rate_hz) :]"): {
        "noise = sosfilt(sections, movie[..., round(frame_rate_hz):], axis=-1)": "the movie's first second is dropped before it is filtered, not what the filter gives",
        "movie = (movie - movie.mean(-1, keepdims=True)) / movie.std(-1, keepdims=True)\n    noise = sosfilt(sections, movie, axis=-1)[..., round(frame_rate_hz) :]": "the movie is scaled to a standard deviation of one first",
        "noise = sosfilt(sections, sosfilt(sections, movie, axis=-1), axis=-1)[..., round(frame_rate_hz) :]": "the filter is applied twice, and rings twice as long",
        "noise = (movie - sosfilt(sections, movie, axis=-1))[..., round(frame_rate_hz) :]": "what the filter leaves is taken off the movie, which is to be kept",
    },
    ("pixel_noise_std", "/ np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))"): {
        "": "nothing makes up for the noise below the cutoff, which has gone with the calcium",
        "/ 0.68": "the share is that of 30 Hz and a cutoff of 8 Hz, whatever is asked",
        "* 4 / 3": "a third is added, whatever is asked",
        "/ (2 / 3)": "a third is made up for, whatever is asked",
        "/ (1 - cutoff_hz / (frame_rate_hz / 2)) ** 0.25": "a root is taken twice",
        "+ cutoff_hz / (frame_rate_hz / 2)": "the share below the cutoff is added, and nothing divides by it",
        "* np.sqrt(1 + cutoff_hz / (frame_rate_hz / 2))": "what is lost is added as a share of what is left, of which it is more",
        "/ (1 - np.sqrt(cutoff_hz / (frame_rate_hz / 2)))": "the root of the share below is taken from one, though variances add up, not standard deviations",
    },
    ("pixel_noise_std", "np.sqrt(1"): {
        "(1": "the share of the noise that is left is one of variances, and no root is taken of it",
    },
    ("pixel_noise_std", "/ np.sqrt"): {
        "* np.sqrt": "what the filter leaves is made smaller once more, not larger",
    },
    ("pixel_noise_std", "(frame_rate_hz / 2))"): {
        "frame_rate_hz)": "the share is taken of the frame rate, not of the highest frequency that a movie holds",
        "(frame_rate_hz * 2))": "the highest frequency that a movie holds is taken to be twice the frame rate",
        "15.0)": "the highest frequency is taken to be 15 Hz, whatever the frame rate",
    },
    ("pixel_noise_std", "- cutoff_hz /"): {
        "- 8.0 /": "the share is that of a cutoff of 8 Hz, whatever is asked",
    },
    ("pixel_noise_std", "1 - cutoff_hz"): {
        "cutoff_hz": "it is the share below the cutoff that is made up for, not the one above it, which is left",
    },
    ("pixel_noise_std", "noise.std(axis=-1) / np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))"): {
        "noise.var(axis=-1) / (1 - cutoff_hz / (frame_rate_hz / 2))": "a variance is returned",
    },
    ("local_correlation", "        pixels[1:] += neighbors[0]\n"): {
        "        pixels[:-1] += neighbors[0]\n": "one neighbor of each pair gets the correlation twice, the other not at all",
    },
    ("local_correlation", "zscores /= zscores.std(axis=-1, keepdims=True)"): {
        "zscores /= movie.std()": "the standard deviation is that of the whole movie",
        "": "a pixel is not divided by its standard deviation",
        "zscores /= zscores.var(axis=-1, keepdims=True)": "a pixel is divided by its variance, not by its standard deviation",
        "zscores /= zscores.std(axis=-1, keepdims=True, ddof=1)": "a standard deviation divides by T - 1, and a mean of products by T",
    },
    ("local_correlation", "return total / num_neighbors"): {
        "return total / 4": "every pixel's sum is divided by four",
        "num_neighbors[num_neighbors == 2] = 3\n    return total / num_neighbors": "a corner's sum is divided by three",
        "return total / (num_neighbors + 1)": "a pixel itself is one of those that divide",
        "return (total + 1) / (num_neighbors + 1)": "a pixel counts among its own neighbors",
        "return total": "the four correlations are added up",
        "inner = np.zeros_like(total)\n    inner[1:-1, 1:-1] = (total / num_neighbors)[1:-1, 1:-1]\n    return inner": "nothing is found at the border",
        "four = np.full((4, *movie.shape[:2]), np.inf)\n    four[0, :-1], four[1, 1:], four[2, :, :-1], four[3, :, 1:] = below, below, right, right\n    return four.min(0)": "it is the smallest of the correlations, not their mean",
        "num_neighbors[num_neighbors < 4] = 1\n    return total / num_neighbors": "the sum is not divided at the border",
    },
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
    ("update_trace", "footprint @ residual_with_neuron"): {
        "(footprint[:, None] * residual_with_neuron).mean(axis=0)": "the projection is divided by the number of pixels",
        "footprint @ residual_with_neuron / footprint.sum()": "the projection is divided by the sum of the footprint",
        "footprint**2 @ residual_with_neuron": "the footprint's weights are squared",
        "np.maximum(footprint, 0) @ residual_with_neuron": "the footprint's negative pixels are left out",
        "(footprint > 0) @ residual_with_neuron": "all pixels above zero count alike, whatever their weight",
        "residual_with_neuron.mean(axis=0)": "all pixels count alike, whatever their weight",
        "residual_with_neuron[footprint.argmax()]": "only the footprint's largest pixel counts",
        "np.median(residual_with_neuron, axis=0)": "it is the median of the pixels, whatever their weight",
        "residual_with_neuron.max(axis=0)": "it is the brightest pixel of each frame",
        "footprint @ residual_with_neuron - np.percentile(footprint @ residual_with_neuron, 8)": "its lowest tenth or so is taken off, as if that were a baseline",
        "footprint @ (residual_with_neuron - residual_with_neuron.mean(axis=0))": "each frame's mean over pixels is taken off",
        "footprint @ residual_with_neuron / (footprint @ residual_with_neuron).std()": "the trace is divided by its standard deviation",
        "np.abs(footprint @ residual_with_neuron)": "its values lose their sign",
        "np.abs(footprint) @ residual_with_neuron": "the footprint's weights lose their sign",
        "np.sqrt(np.abs(footprint)) @ residual_with_neuron": "the root of the footprint's sizes is what weighs",
        "footprint @ residual_with_neuron / np.abs(footprint).sum()": "the projection is divided by the sum of the footprint's sizes",
        "footprint @ residual_with_neuron / footprint.max()": "the footprint is scaled to a maximum of one",
        "-(footprint @ residual_with_neuron)": "its sign is changed",
        "footprint @ residual_with_neuron / np.sqrt(len(footprint))": "the projection is divided by the root of the number of pixels",
        "(residual_with_neuron / footprint[:, None]).mean(axis=0)": "pixels are divided by their weights, not multiplied",
        "0.5 * (footprint @ residual_with_neuron)": "the projection is halved",
        "footprint @ residual_with_neuron - np.median(footprint @ residual_with_neuron)": "its median is taken off",
        "footprint @ residual_with_neuron / residual_with_neuron.shape[1]": "the projection is divided by the number of frames",
        "footprint @ (residual_with_neuron / residual_with_neuron.std(axis=1, keepdims=True))": "each pixel is divided by its standard deviation first",
    },
    ("update_trace", "denoise(target)"): {
        "denoise(target) - denoise(target).mean()": "its mean is taken off",
        "denoise(target) - denoise(target).min()": "its minimum is taken off",
        "denoise(target) / denoise(target).max()": "the trace is divided by its maximum",
        "np.maximum(denoise(target), 0)": "its negative values are set to zero",
        "target": "`denoise` is not called, or its answer not used",
        "denoise(denoise(target))": "`denoise` is called twice",
        "footprint @ np.array([denoise(row) for row in residual_with_neuron])": "each pixel is denoised, before the footprint adds them up",
        "target - denoise(target)": "it is what `denoise` takes away, not what it returns",
        "target + denoise(target)": "the projection counts twice",
        "denoise(target / target.std()) * target.std()": "what comes back is multiplied by the projection's standard deviation",
        "0.5 * (target + denoise(target))": "it is the mean of the projection and of what comes back",
        "denoise(target - target.mean()) + target.mean()": "the mean of the projection is added to what comes back",
        "-denoise(-target)": "the sign of what comes back is changed",
        "denoise(target) / np.linalg.norm(denoise(target))": "the trace is divided by its norm",
        "denoise(target - np.median(target)) + np.median(target)": "the median of the projection is added to what comes back",
        "denoise(target - target.min()) + target.min()": "the minimum of the projection is added to what comes back",
        "denoise(target / target.max()) * target.max()": "what comes back is multiplied by the projection's maximum",
    },
    ("update_footprint", "residual_with_neuron @ trace"): {
        "residual_with_neuron @ (trace - trace.mean())": "a mean over time is taken off, the trace's or each pixel's",
        "residual_with_neuron @ np.abs(trace)": "the trace loses its sign",
        "residual_with_neuron @ np.maximum(trace, 0)": "only frames in which the trace is positive count",
        "residual_with_neuron @ trace**2": "the trace is squared",
        "residual_with_neuron.mean(axis=1)": "the trace does not count",
        "residual_with_neuron.max(axis=1)": "it is the brightest value of each pixel",
        "residual_with_neuron[:, trace.argmax()]": "it is one frame, in which the trace is largest",
        "np.array([np.corrcoef(r, trace)[0, 1] for r in residual_with_neuron])": "it is each pixel's correlation with the trace, whatever its contrast",
        "residual_with_neuron @ trace / np.linalg.norm(residual_with_neuron, axis=1)": "each pixel is divided by its own norm",
        "residual_with_neuron.std(axis=1)": "it is each pixel's standard deviation, and the trace does not count",
        "np.median(residual_with_neuron, axis=1)": "it is the median of each pixel, and the trace does not count",
        "np.abs(residual_with_neuron @ trace)": "pixels lose their sign",
        "np.maximum(residual_with_neuron @ trace, 0)": "pixels below zero are set to zero",
        "np.where(np.abs(residual_with_neuron @ trace) > 0.1 * np.abs(residual_with_neuron @ trace).max(), residual_with_neuron @ trace, 0)": "small pixels are set to zero",
        "(residual_with_neuron / trace).mean(axis=1)": "frames are divided by the trace, not multiplied",
        "residual_with_neuron[:, trace > 0].mean(axis=1)": "only frames in which the trace is positive count, and they count alike",
        "np.linalg.svd(residual_with_neuron)[0][:, 0]": "it is the movie's first singular vector, which belongs to another trace",
        "residual_with_neuron**2 @ trace": "the movie is squared",
        "np.sign(residual_with_neuron @ trace) * np.sqrt(np.abs(residual_with_neuron @ trace))": "the roots of its pixels are taken",
    },
    ("update_footprint", "weights / np.linalg.norm(weights)"): {
        "(weights - weights.mean()) / weights.std()": "a mean over pixels is taken off, the footprint's or each frame's",
        "(weights - weights.min()) / np.ptp(weights)": "its darkest pixel is made zero",
        "weights / weights.sum()": "its sign is changed as a whole, so that its sum is positive, say",
        "weights": "nothing divides",
        "weights / weights.max()": "the largest pixel is made one",
        "weights / np.abs(weights).sum()": "the sum of the pixels' sizes is made one",
        "weights / np.sum(weights**2)": "the sum of squares divides, without a root",
        "weights / (trace @ trace)": "the trace's sum of squares divides, and nothing else",
        "weights / np.linalg.norm(trace)": "the trace's norm divides, and nothing else",
        "weights / weights.std()": "the standard deviation over pixels is made one",
        "weights / len(trace)": "it is a mean over frames, and nothing else divides",
        "weights / np.sqrt(np.mean(weights**2))": "the mean of squares is made one, not their sum",
        "weights / np.linalg.norm(weights) / np.linalg.norm(trace)": "the trace's norm divides as well as the footprint's",
        "weights / np.sqrt(np.abs(weights.sum()))": "the root of the sum divides",
        "weights / np.linalg.norm(residual_with_neuron)": "the norm of the whole movie divides",
        "weights / np.sqrt(np.linalg.norm(weights))": "two roots are taken of the sum of squares",
    },
    ("update_background", "trace_variance / (trace_variance + noise_std**2)"): {
        "trace_variance / (trace_variance + noise_std)": "σ is not squared",
        "trace_variance**2 / (trace_variance**2 + noise_std**2)": "ς² is squared once more, though it is a variance",
        "noise_std**2 / (trace_variance + noise_std**2)": "ς² and σ² are exchanged",
        "1 / (1 + noise_std**2)": "one stands where ς² should, at both places",
        "trace_variance / (trace_variance + 1)": "σ is left out, as if it were 1",
        "np.sqrt(trace_variance / (trace_variance + noise_std**2))": "a root is taken of the shrinkage",
        "trace_variance / noise_std**2": "ς² is divided by σ² alone",
        "np.sqrt(trace_variance) / (np.sqrt(trace_variance) + noise_std)": "variances are taken for standard deviations, or these for variances",
        "(trace_variance / (trace_variance + noise_std**2))**2": "it is shrunk twice",
        "trace_variance / (trace_variance + noise_std**2 / len(footprint))": "σ² is divided by the number of pixels",
        "trace_variance / (trace_variance + noise_std**2 * len(footprint))": "σ² is multiplied by the number of pixels",
        "trace_variance / (trace_variance + 2 * noise_std**2)": "σ² counts twice",
        "(trace_variance + noise_std**2) / trace_variance": "it is stretched, not shrunk",
        "trace_variance / (trace_variance - noise_std**2)": "σ² is taken away from ς² where both add up",
        "1 / (trace_variance + noise_std**2)": "one stands where ς² should, above the line",
        "np.sqrt(trace_variance) / (np.sqrt(trace_variance) + noise_std**2)": "a root is taken of ς², and σ is squared",
        "1 / (1 + trace_variance)": "σ is left out, and ς² stands at the wrong place",
        "1.0": "nothing is shrunk",
        "1 / (1 + noise_std)": "ς² is left out, and σ is not squared",
        "trace_variance / (trace_variance + noise_std**2 / residual_with_background.shape[1])": "σ² is divided by the number of frames",
        "trace_variance / (trace_variance + noise_std**4)": "σ² is squared once more",
        "trace_variance**2 / (trace_variance**2 + noise_std**4)": "both variances are squared once more",
        "0.6": "the shrinkage is 0.6, whatever is asked",
        "trace_variance**2 / (trace_variance**2 + noise_std)": "ς² is squared, and σ is not",
    },
    ("update_background", "trace = shrinkage * (footprint @ residual_with_background)"): {
        "trace = shrinkage * (footprint @ residual_with_background)\n    trace = trace - trace.mean()": "its mean is taken off",
        "trace = shrinkage * residual_with_background.mean(axis=0)": "it is the mean over pixels, whatever the footprint",
        "trace = shrinkage * (footprint @ residual_with_background) / footprint.sum()": "it is divided by the sum of the footprint",
        "trace = shrinkage * (footprint @ residual_with_background) / len(footprint)": "it is divided by the number of pixels",
        "trace = np.maximum(shrinkage * (footprint @ residual_with_background), 0)": "a background's trace may not be negative",
        "trace = shrinkage * np.median(residual_with_background, axis=0)": "it is the median over pixels, whatever the footprint",
        "trace = footprint @ residual_with_background\n    trace = np.sign(trace) * np.maximum(np.abs(trace) - shrinkage, 0)": "it is cut down by the shrinkage, a soft threshold, not multiplied by it",
        "trace = footprint @ residual_with_background\n    trace = shrinkage * trace + (1 - shrinkage) * trace.mean()": "it is shrunk toward its mean, not toward zero",
        "trace = footprint @ residual_with_background - shrinkage": "the shrinkage is taken away, and does not multiply",
        "trace = shrinkage * (footprint / footprint.max() @ residual_with_background)": "the footprint is scaled to a maximum of one first",
        "trace = -shrinkage * (footprint @ residual_with_background)": "its sign is changed",
        "weights = residual_with_background @ (footprint @ residual_with_background)\n    new_footprint = weights / np.linalg.norm(weights)\n    trace = shrinkage * (new_footprint @ residual_with_background)": "it is the projection onto the new footprint, not onto the one that was handed in",
        "trace = shrinkage * residual_with_background.sum(axis=0)": "it is the sum over pixels, whatever the footprint",
        "trace = shrinkage * (footprint @ residual_with_background) / np.abs(footprint).sum()": "it is divided by the sum of the footprint's sizes",
        "weights = residual_with_background @ (footprint @ residual_with_background)\n    trace = weights / np.linalg.norm(weights) @ residual_with_background": "it is the projection onto the new footprint, and is not shrunk",
        "trace = shrinkage * np.abs(footprint @ residual_with_background)": "its values lose their sign",
    },
    ("update_background", "return new_footprint, trace"): {
        "return footprint, trace": "it is the old one",
    },
    ("update_background", "new_footprint = weights / np.linalg.norm(weights)"): {
        "new_footprint = weights": "its norm is left as it comes",
        "new_footprint = weights / weights.max()": "its largest pixel is made one",
        "new_footprint = weights / weights.sum()": "its sum is made one",
        "new_footprint = weights / (trace @ trace)": "it is the one of least squares, whose norm is left as it comes",
        "new_footprint = np.maximum(weights, 0)\n    new_footprint /= np.linalg.norm(new_footprint)": "its pixels below zero are set to zero",
        "new_footprint = shrinkage * weights / np.linalg.norm(weights)": "the footprint is shrunk, too",
        "new_footprint = weights / np.sum(weights**2)": "its sum of squares divides, without a root",
        "new_footprint = weights / np.linalg.norm(trace)": "the trace's norm divides, and nothing else",
        "new_footprint = footprint + weights / np.linalg.norm(weights)\n    new_footprint /= np.linalg.norm(new_footprint)": "it is the mean of the old one and of the new one",
        "new_footprint = weights / len(trace)": "it is a mean over frames, whose norm is left as it comes",
        "new_footprint = weights / np.abs(weights).sum()": "its sum of sizes is made one",
        "new_footprint = np.abs(weights) / np.linalg.norm(weights)": "its pixels lose their sign",
        "weights = weights - weights.mean()\n    new_footprint = weights / np.linalg.norm(weights)": "its mean over pixels is taken off",
    },
    ("update_background", "weights = residual_with_background @ trace"): {
        "weights = residual_with_background @ (trace - trace.mean())": "a mean over time is taken off, the trace's or each pixel's",
        "weights = residual_with_background.mean(axis=1)": "it is the mean over frames, whatever the trace",
        "weights = np.median(residual_with_background, axis=1)": "it is the median over frames, whatever the trace",
        "weights = np.linalg.svd(residual_with_background)[0][:, 0]": "it goes along with the trace of a footprint that is new already",
        "weights = residual_with_background @ np.abs(trace)": "it goes along with the trace's sizes",
        "weights = (residual_with_background - np.outer(footprint, trace)) @ trace": "the old part is taken off the movie that it is shown",
        "weights = residual_with_background @ np.maximum(trace, 0)": "it goes along with a trace that is cut off at zero",
        "weights = residual_with_background.std(axis=1)": "it is each pixel's standard deviation, whatever the trace",
    },
    ("ascend", "with_neuron = residual[inside] + np.outer(footprints[k, inside], traces[k])"): {
        "with_neuron = residual[inside]": "a neuron's own part is not added back before its update",
        "with_neuron = residual[inside] - np.outer(footprints[k, inside], traces[k])": "a neuron's own part is taken away once more before its update, not added back",
        "with_neuron = movie[inside]": "a neuron is shown the movie, with all others and the background in it",
    },
    ("ascend", "footprints[k, inside] = update_footprint(with_neuron, traces[k])"): {
        "footprints[k, inside] = update_footprint(residual[inside], traces[k])": "the footprint's update does not see the neuron's own part",
        "footprints[k, inside] = update_footprint(with_neuron - np.outer(footprints[k, inside], traces[k]), traces[k])": "the part of the old footprint and the new trace is taken away before the footprint's update",
        "pass": "footprints are never updated",
    },
    ("ascend", "traces[k] = update_trace(with_neuron, footprints[k, inside])"): {
        "traces[k] = update_trace(residual[inside], footprints[k, inside])": "the trace's update does not see the neuron's own part",
    },
    ("ascend", "residual[inside] = with_neuron - np.outer(footprints[k, inside], traces[k])"): {
        "residual[inside] = with_neuron": "a neuron's new part is not taken away again",
        "pass": "the residual stays as it was before a neuron's update",
        "residual[inside] -= np.outer(footprints[k, inside], traces[k])": "a neuron's new part is taken away, and its old one is still away, too",
        "residual[inside] = with_neuron + np.outer(footprints[k, inside], traces[k])": "a neuron's new part is added, not taken away",
    },
    ("ascend", "        add_outer(residual, background_footprint, background_trace)\n"): {
        "": "the background's own part is not added back before its update",
    },
    ("ascend", "add_outer(residual, -background_footprint, background_trace)\n        # END"): {
        "pass\n        # END": "the background's new part is not taken away again",
        "add_outer(residual, background_footprint, background_trace)\n        # END": "the background's new part is added, not taken away",
    },
    ("ascend", "add_outer(residual, background_footprint, background_trace)"): {
        "add_outer(residual, -background_footprint, background_trace)": "the background's own part is taken away once more before its update, not added back",
    },
    (
        "ascend",
        "        background_footprint, background_trace = update_background(residual, background_footprint)\n        add",
    ): {
        "        background_footprint, background_trace = update_background(movie, background_footprint)\n        add": "the background is not updated, or from the movie with all neurons in it",
        "        _b, background_trace = update_background(residual, background_footprint)\n        add": "the background's footprint is never updated",
    },
    ("ascend", "enumerate(pixels):"): {
        "reversed(list(enumerate(pixels))):": "the last neuron comes first",
    },
    ("ascend", "        for k, inside in enumerate(pixels):\n"): {
        "        pixels = [np.flatnonzero(f) for f in footprints]\n        for k, inside in enumerate(pixels):\n": "a pixel that was dark once is none of the neuron's any more",
    },
    ("ascend", "np.flatnonzero(footprint) for"): {
        "np.arange(movie.shape[0]) for": "a neuron may grow into all pixels",
        "np.flatnonzero(footprint > 0) for": "a neuron's pixels are those in which its first footprint is above zero",
    },
    (
        "ascend",
        "if history[-1] - history[-2] <= tolerance * (history[-1] - history[0]):\n            break",
    ): {
        "if history[-1] - history[-2] <= tolerance:\n            break": "`tolerance` is compared with the gain itself",
        "if history[-1] - history[-2] <= tolerance * abs(history[0]):\n            break": "a gain is compared with the objective",
        "if history[-1] - history[-2] < tolerance * (history[-1] - history[0]):\n            break": "a sweep that gains just `tolerance` of all is followed by another",
        "if history[-1] - history[-2] <= tolerance * (history[1] - history[0]):\n            break": "a gain is compared with that of the first sweep, not of all",
        "if len(history) > 2 and history[-1] - history[-2] <= tolerance * (history[-1] - history[1]):\n            break": "a gain is compared with the one before it",
        "if history[-1] - history[-2] <= tolerance * (history[-2] - history[0]):\n            break": "a sweep's gain is compared with that of the sweeps before it, its own not among them",
        "if abs(history[-1] - history[-2]) <= tolerance * abs(history[-1] - history[0]):\n            break": "a sweep that loses counts as one that gains",
        "if history[-1] - history[-2] >= tolerance * (history[-1] - history[0]):\n            break": "it stops where a gain is large, not small",
        "if history[-1] <= history[-2]:\n            break": "it stops where a sweep gains nothing, whatever the tolerance",
        "if False:\n            break": "no sweep is the last before `max_sweeps`",
        "if history[-1] - history[-2] <= tolerance * (history[-1] - history[0]) / (len(history) - 1):\n            break": "a gain is compared with the mean of all gains",
        "if True:\n            break": "it stops after the first sweep, whatever it gains",
        "if history[-1] - history[0] <= tolerance * abs(history[0]):\n            break": "a gain is compared with the objective, and one that is just as large is followed by another",
        "if history[-1] - history[-2] <= tolerance * history[-1]:\n            break": "a gain is compared with the objective, whose sign is below zero",
        "if history[-1] - history[-2] <= tolerance * max(np.diff(history)):\n            break": "a gain is compared with the largest one",
        "if len(history) > 2 and history[-1] - history[-2] <= tolerance * (history[-1] - history[0]):\n            break": "the first sweep is never the last, whatever it gains",
        "if history[-1] - history[-2] <= tolerance * (history[-1] - history[0]):\n            history.pop()\n            break": "where it stops early, the last sweep's objective is not among those that come back",
    },
    ("ascend", "range(max_sweeps)"): {
        "range(max_sweeps - 1)": "there is a sweep less than `max_sweeps`",
        "range(max_sweeps + 1)": "there is a sweep more than `max_sweeps`",
    },
    ("deconvolve", "return Deconvolution(denoised.value, amplitudes.value"): {
        "return Deconvolution(denoised.value, np.where(amplitudes.value > 1, amplitudes.value, 0)": "amplitudes below 1 are set to zero",
        "return Deconvolution(denoised.value, denoised.value": "the denoised trace comes back in both places, or a frame leaves next to nothing",
    },
}

# Mistakes that take more than one change.
TOGETHER: list[tuple[str, dict[str, str], str]] = [
    (
        "local_correlation",
        {
            "np.mean(zscores[:-1]": "np.sum(zscores[:-1]",
            "np.mean(zscores[:, ": "np.sum(zscores[:, ",
        },
        "products are added up over time, not averaged",
    ),
    (
        "local_correlation",
        {"        pixels[1:] += neighbors[0]\n": "", "        pixels[:, 1:] += neighbors[1]\n": ""},
        "only the neighbors below and to the right count",
    ),
    (
        "local_correlation",
        {
            "        pixels[1:] += neighbors[0]\n": "        pixels[1:] += neighbors[0] if pixels is num_neighbors else 0\n",
            "        pixels[:, 1:] += neighbors[1]\n": "        pixels[:, 1:] += neighbors[1] if pixels is num_neighbors else 0\n",
        },
        "only the neighbors below and to the right count, and four divides",
    ),
    (
        "local_correlation",
        {
            "        pixels[:, :-1] += neighbors[1]\n": "",
            "        pixels[:, 1:] += neighbors[1]\n": "",
        },
        "only the neighbors above and below count",
    ),
    (
        "local_correlation",
        {"        pixels[:-1] += neighbors[0]\n": "", "        pixels[1:] += neighbors[0]\n": ""},
        "only the neighbors to the left and right count",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= movie.std()",
        },
        "mean and standard deviation are those of the whole movie",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores = zscores / movie.std(axis=-1, keepdims=True)",
        },
        "the mean is that of the whole movie",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie.copy()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores = zscores / movie.std(axis=-1, keepdims=True)",
        },
        "no mean is taken off",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean(axis=0, keepdims=True)",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= zscores.std(axis=0, keepdims=True)",
        },
        "means and standard deviations are taken over the rows of a frame, not over time",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean(axis=(0,1), keepdims=True)",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= zscores.std(axis=(0,1), keepdims=True)",
        },
        "means and standard deviations are taken over each frame's pixels, not over time",
    ),
    (
        "local_correlation",
        {
            "    for pixels, neighbors in ((total, (below, right)), (num_neighbors, (1, 1))):\n        pixels[:-1] += neighbors[0]\n        pixels[1:] += neighbors[0]\n        pixels[:, :-1] += neighbors[1]\n        pixels[:, 1:] += neighbors[1]\n": "    for axis in (0, 1):\n        for shift in (1, -1):\n            total += np.mean(zscores * np.roll(zscores, shift, axis=axis), axis=-1)\n            num_neighbors += 1\n"
        },
        "each border meets the opposite one",
    ),
    (
        "local_correlation",
        {
            "    for pixels, neighbors in ((total, (below, right)), (num_neighbors, (1, 1))):\n        pixels[:-1] += neighbors[0]\n        pixels[1:] += neighbors[0]\n        pixels[:, :-1] += neighbors[1]\n        pixels[:, 1:] += neighbors[1]\n": "    four = np.full((4, *movie.shape[:2]), -np.inf)\n    four[0, :-1], four[1, 1:], four[2, :, :-1], four[3, :, 1:] = below, below, right, right\n    total, num_neighbors = four.max(0), 1\n"
        },
        "it is the largest of the correlations, not their mean",
    ),
    (
        "deconvolve",
        {", amplitudes >= 0]": ", jumps >= 0]", "cp.sum(amplitudes)": "cp.norm1(amplitudes)"},
        "the amplitude of frame 0 may be negative",
    ),
    (
        "deconvolve",
        {
            "jumps = denoised[1:] - np.exp(-1 / decay_frames) * denoised[:-1]": "jumps = (denoised[1:] + baseline) - np.exp(-1 / decay_frames) * (denoised[:-1] + baseline)",
            "amplitudes = cp.hstack([denoised[0], jumps])": "amplitudes = cp.hstack([denoised[0] + baseline, jumps])",
        },
        "the amplitudes are those of calcium and baseline together",
    ),
    (
        "deconvolve",
        {
            "jumps = denoised[1:] - np.exp(-1 / decay_frames) * denoised[:-1]": "jumps = denoised[:-1] - np.exp(-1 / decay_frames) * denoised[1:]",
            "amplitudes = cp.hstack([denoised[0], jumps])": "amplitudes = cp.hstack([jumps, denoised[-1]])",
        },
        "the frame after is taken for the one before",
    ),
    (
        "deconvolve_penalized",
        {"[amplitudes >= 0]": "[]", "cp.sum(amplitudes)": "cp.norm1(amplitudes)"},
        "nothing keeps amplitudes from being negative, which the 1-norm does not",
    ),
    (
        "deconvolve",
        {
            "cp.norm(trace - denoised - baseline, 2) <= bound": "cp.abs(trace - denoised - baseline) <= (1 + slack) * noise_std",
            "float(np.squeeze(constraints[0].dual_value)) / (2 * bound)": "0.1",
        },
        "each frame's residual is bounded by itself, not their norm",
    ),
    (
        "deconvolve",
        {
            "cp.norm(trace - denoised - baseline, 2) <= bound": "cp.sum_squares(trace - denoised - baseline) <= bound**2",
            "float(np.squeeze(constraints[0].dual_value)) / (2 * bound)": "float(constraints[0].dual_value[0]) / (2 * bound)",
        },
        "the multiplier of the squared constraint is converted as if it were that of the norm",
    ),
    (
        "deconvolve_fast",
        {
            "weight_before + reach**2 * weight": "weight_before + weight",
            "total_before + reach * total": "total_before + total",
        },
        "a merged pool's height is a plain mean, as if nothing decayed in it",
    ),
    (
        "deconvolve_fast",
        {
            "total_before + reach * total": "total_before + decay**length * total",
            "weight_before + reach**2 * weight": "weight_before + decay**(2*length) * weight",
        },
        "two merged pools decay between them for as many frames as the second has, not the first",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace.copy()",
            "target[-1] = trace[-1] - penalty": "pass",
        },
        "nothing costs anything",
    ),
    (
        "deconvolve_fast",
        {"trace - penalty": "trace + penalty", "trace[-1] - penalty": "trace[-1] + penalty"},
        "the penalty is added, not taken away",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace - penalty / 2 * (1 - decay)",
            "target[-1] = trace[-1] - penalty": "target[-1] = trace[-1] - penalty / 2",
        },
        "the penalty counts half",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace - 2 * penalty * (1 - decay)",
            "target[-1] = trace[-1] - penalty": "target[-1] = trace[-1] - 2 * penalty",
        },
        "the penalty counts twice",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace - penalty / len(trace)",
            "target[-1] = trace[-1] - penalty": "pass",
        },
        "λ is shared by all frames alike",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace.copy()",
            "target[-1] = trace[-1] - penalty": "pass",
            "max(total / weight, 0)": "max(total / weight - penalty, 0)",
        },
        "λ is taken off the heights at the end",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace.copy()",
            "target[-1] = trace[-1] - penalty": "pass",
            "max(total / weight, 0)": "max((total - penalty) / weight, 0)",
        },
        "each pool pays λ once, however long it is",
    ),
    (
        "deconvolve_fast",
        {
            "target.tolist()": "target[:-1].tolist()",
            "    return denoised": "    return np.append(denoised, denoised[-1] * decay)",
        },
        "the last frame is none of the pools'",
    ),
    (
        "ascend",
        {
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "X",
            "footprints[k, inside] = update_footprint(with_neuron, traces[k])": "traces[k] = update_trace(with_neuron, footprints[k, inside])",
            "X": "footprints[k, inside] = update_footprint(with_neuron, traces[k])",
        },
        "the footprint is updated before the trace",
    ),
    (
        "ascend",
        {
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "old = traces[k].copy()\n            traces[k] = update_trace(with_neuron, footprints[k, inside])",
            "footprints[k, inside] = update_footprint(with_neuron, traces[k])": "footprints[k, inside] = update_footprint(with_neuron, old)",
        },
        "the footprint goes along with the trace from before its update",
    ),
    (
        "ascend",
        {
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "old = footprints[k, inside].copy()\n            traces[k] = update_trace(with_neuron, footprints[k, inside])",
            "residual[inside] = with_neuron - np.outer(footprints[k, inside], traces[k])": "residual[inside] = with_neuron - np.outer(old, traces[k])",
        },
        "what is taken away is the old footprint with the new trace",
    ),
    (
        "ascend",
        {
            "footprints[k, inside] = update_footprint(with_neuron, traces[k])": "footprints[k, inside] = update_footprint(with_neuron, traces[k])",
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "if _ == 0: traces[k] = update_trace(with_neuron, footprints[k, inside])",
        },
        "traces are updated in the first sweep alone",
    ),
    (
        "ascend",
        {
            "        background_footprint, background_trace = update_background(residual, background_footprint)\n        add_outer(residual, -background_footprint, background_trace)\n": "        old = background_footprint, background_trace\n        background_footprint, background_trace = update_background(residual, background_footprint)\n        add_outer(residual, -old[0], old[1])\n"
        },
        "what is taken away is the background's old part, not its new one",
    ),
    (
        "ascend",
        {
            "        # The background last": "        history.append(objective(residual, traces, background_trace))\n        # The background last",
            "        history.append(objective(residual, traces, background_trace))\n        # Stop": "        # Stop",
        },
        "the objective is asked before the background's update",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean(axis=1, keepdims=True)",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= zscores.std(axis=1, keepdims=True)",
        },
        "means and standard deviations are taken over the columns of a frame, not over time",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie.copy()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "",
        },
        "no mean is taken off, and no standard deviation divides",
    ),
    (
        "local_correlation",
        {
            "right = np.mean(zscores[:, :-1] * zscores[:, 1:], axis=-1)": "right = np.mean(zscores[:, :-1] * zscores[:, 1:], axis=-1)",
            "return total / num_neighbors": "around = np.mean(zscores[:, 0] * zscores[:, -1], axis=-1)\n    total[:, 0] += around\n    total[:, -1] += around\n    num_neighbors[:, [0, -1]] += 1\n    return total / num_neighbors",
        },
        "the left border meets the right one",
    ),
    (
        "local_correlation",
        {
            "        pixels[:-1] += neighbors[0]\n": "",
            "        pixels[:, :-1] += neighbors[1]\n": "",
        },
        "only the neighbors above and to the left count",
    ),
    (
        "deconvolve_penalized",
        {
            "cp.sum_squares(trace - denoised - baseline) / (2 * noise_std**2)": "cp.sum_squares(trace - denoised - baseline) / 2",
            "misfit + penalty * cp.sum(amplitudes)": "misfit + penalty / noise_std * cp.sum(amplitudes)",
        },
        "σ divides the price, not the misfit",
    ),
]

CASES = [
    *(
        (exercise, {line: slip}, words)
        for (exercise, line), slips in SLIPS.items()
        for slip, words in slips.items()
    ),
    *TOGETHER,
]


@pytest.mark.parametrize(
    ("exercise", "changes", "words"),
    CASES,
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_mistake_is_named(exercise: str, changes: dict[str, str], words: str) -> None:
    source = inspect.getsource(getattr(LAB.key, exercise))
    for line, slip in changes.items():
        assert line in source
        source = source.replace(line, slip)
    results = VISIBLE.run_checks(exercise, VISIBLE.define(source, exercise))
    named = [result.hint for result in results if result.hint]
    assert named[0].startswith(f"this is what comes out if {words}")
