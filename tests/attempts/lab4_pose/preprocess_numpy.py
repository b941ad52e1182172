# exercise: preprocess
# says: everything in NumPy, converted at the end
# points: all
def preprocess(image):
    normalized = (image / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return torch.from_numpy(np.ascontiguousarray(normalized.transpose(2, 0, 1), dtype=np.float32))
