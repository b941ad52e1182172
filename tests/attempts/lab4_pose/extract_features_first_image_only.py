# exercise: extract_features
# says: returns inside the loop
# points: 0
def extract_features(backbone, images, num_stages=1):
    with torch.no_grad():
        for image in images:
            x = backbone.stem(image[None])
            for stage in backbone.stages[:num_stages]:
                x = stage(x)
            return [x[0]]
