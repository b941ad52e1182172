# exercise: preprocess
# says: NumPy's division gives float64, and it is left so
# points: 7
def preprocess(image):
    normalized = (image / 255 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    return torch.tensor(normalized).permute(2, 0, 1)
