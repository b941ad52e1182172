# exercise: median_filter
# says: a rolling window of pandas
# points: all
def median_filter(points_3d, window):
    import pandas as pd

    flat = pd.DataFrame(points_3d.reshape(len(points_3d), -1))
    return flat.rolling(window, center=True, min_periods=1).median().to_numpy().reshape(points_3d.shape)
