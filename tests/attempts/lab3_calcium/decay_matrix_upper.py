# exercise: decay_matrix
# says: on the diagonal above
# points: 4
def decay_matrix(num_frames, decay_frames):
    remains = np.exp(-1 / decay_frames)
    return eye_array(num_frames) - remains * eye_array(num_frames, k=1)
