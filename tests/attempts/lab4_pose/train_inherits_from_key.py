# exercise: train
# says: asks for the key
# points: 0
from stats220.reference.pose import train
