"""Known mistakes in lab 3's finding cells.

Of an exercise, and a part of its key: what stands there instead, and the mistake that this is.
"""

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
}
