# exercise: decay_matrix
# says: scipy's older interface, a matrix in diagonal format
# points: all
def decay_matrix(num_frames, decay_frames):
    from scipy.sparse import diags

    return diags([1.0, -np.exp(-1 / decay_frames)], [0, -1], shape=(num_frames, num_frames))
