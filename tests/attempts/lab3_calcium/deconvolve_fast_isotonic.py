# exercise: deconvolve_fast
# says: isotonic regression of what each frame says about its pool's first height
# points: all
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    cost = np.full(len(trace), 1 - g)
    cost[-1] = 1.0
    y = list(trace - penalty * cost)
    heights, weights, lengths = [], [], []
    for value in y:
        heights.append(value)
        weights.append(1.0)
        lengths.append(1)
        while len(heights) > 1 and heights[-1] < heights[-2] * g ** lengths[-2]:
            reach = g ** lengths[-2]
            w = weights[-2] + reach**2 * weights[-1]
            heights[-2] = (weights[-2] * heights[-2] + reach * weights[-1] * heights[-1]) / w
            weights[-2] = w
            lengths[-2] += lengths[-1]
            del heights[-1], weights[-1], lengths[-1]
    c = []
    for h, n in zip(heights, lengths):
        c.extend(max(h, 0) * g**i for i in range(n))
    return np.array(c)
