# exercise: decay_matrix
# says: takes τ for seconds at 30 Hz
# points: 4
def decay_matrix(num_frames, decay_frames):
    remains = np.exp(-1 / (decay_frames * 30))
    return eye_array(num_frames) - remains * eye_array(num_frames, k=-1)
