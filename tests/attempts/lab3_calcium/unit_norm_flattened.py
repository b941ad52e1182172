# exercise: unit_norm
# says: images as rows, one after the other
# points: all
def unit_norm(footprints):
    shape = footprints.shape
    flat = footprints.reshape(-1, shape[-2] * shape[-1])
    rows = []
    for row in flat:
        length = np.sqrt(row @ row)
        rows.append(row / length if length > 0 else row)
    return np.array(rows).reshape(shape)
