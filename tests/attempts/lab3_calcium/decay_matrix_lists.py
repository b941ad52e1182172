# exercise: decay_matrix
# says: row by row, as lists
# points: all
def decay_matrix(num_frames, decay_frames):
    from scipy.sparse import lil_matrix

    G = lil_matrix((num_frames, num_frames))
    for t in range(num_frames):
        G[t, t] = 1
        if t > 0:
            G[t, t - 1] = -np.exp(-1 / decay_frames)
    return G
