# exercise: decay_matrix
# says: a sparse array of a dense one's entries, zeros and all
# points: 6
def decay_matrix(num_frames, decay_frames):
    from scipy.sparse import coo_array

    dense = np.eye(num_frames) - np.exp(-1 / decay_frames) * np.eye(num_frames, k=-1)
    rows, columns = np.indices(dense.shape)
    return coo_array((dense.ravel(), (rows.ravel(), columns.ravel())), shape=dense.shape)
