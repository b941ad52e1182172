# exercise: decay_matrix
# says: rows, columns and values
# points: all
def decay_matrix(num_frames, decay_frames):
    from scipy.sparse import coo_array

    t = np.arange(num_frames)
    values = np.concatenate([np.ones(num_frames), np.full(num_frames - 1, -np.exp(-1 / decay_frames))])
    return coo_array((values, (np.concatenate([t, t[1:]]), np.concatenate([t, t[:-1]]))), shape=(num_frames, num_frames))
