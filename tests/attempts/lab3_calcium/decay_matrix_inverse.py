# exercise: decay_matrix
# says: the matrix that turns spikes into calcium
# points: 0
def decay_matrix(num_frames, decay_frames):
    from scipy.sparse import csc_array

    age = np.subtract.outer(np.arange(num_frames), np.arange(num_frames))
    return csc_array(np.where(age >= 0, np.exp(-np.abs(age) / decay_frames), 0))
