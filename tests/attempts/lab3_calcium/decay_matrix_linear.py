# exercise: decay_matrix
# says: 1 - 1/τ, the first two terms of e^(-1/τ)
# points: 4
def decay_matrix(num_frames, decay_frames):
    return eye_array(num_frames) - (1 - 1 / decay_frames) * eye_array(num_frames, k=-1)
