# exercise: decay_matrix
# says: what is left of the last frame comes back in the first
# points: 4
def decay_matrix(num_frames, decay_frames):
    from scipy.sparse import coo_array

    t = np.arange(num_frames)
    rolled = coo_array((np.full(num_frames, np.exp(-1 / decay_frames)), (t, t - 1 + num_frames * (t == 0))))
    return eye_array(num_frames) - rolled
