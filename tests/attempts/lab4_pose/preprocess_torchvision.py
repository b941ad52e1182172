# exercise: preprocess
# says: torchvision's own transforms do the same
# points: all
from torchvision.transforms import functional as transforms


def preprocess(image):
    scaled = transforms.to_tensor(image)
    return transforms.normalize(scaled, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
