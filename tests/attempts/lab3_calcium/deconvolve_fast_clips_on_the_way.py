# exercise: deconvolve_fast
# says: pools as a class, negative ones clipped when they are read
# points: all
class Pool:
    def __init__(self, start, value):
        self.start, self.length, self.top, self.bottom = start, 1, value, 1.0

    def height(self):
        return self.top / self.bottom


def deconvolve_fast(trace, decay_frames, penalty):
    T, g = len(trace), np.exp(-1 / decay_frames)
    pools = []
    for t, value in enumerate(np.asarray(trace, float)):
        pools.append(Pool(t, value - (penalty if t == T - 1 else penalty * (1 - g))))
        while len(pools) > 1:
            last, before = pools[-1], pools[-2]
            if last.height() >= before.height() * g**before.length:
                break
            before.top += g**before.length * last.top
            before.bottom += g ** (2 * before.length) * last.bottom
            before.length += last.length
            pools.pop()
    c = np.zeros(T)
    for pool in pools:
        for i in range(pool.length):
            c[pool.start + i] = max(0.0, pool.height()) * g**i
    return c
