# exercise: decay_matrix
# says: right numbers in a dense array
# points: 6
def decay_matrix(num_frames, decay_frames):
    return np.eye(num_frames) - np.exp(-1 / decay_frames) * np.eye(num_frames, k=-1)
