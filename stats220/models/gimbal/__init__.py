"""GIMBAL: 3D poses from several views with a prior over bones, pose states and movement, by Gibbs sampling.

Zhang, Dunn, Marshall, Ölveczky & Linderman (2021). Animal pose estimation from video data with a hierarchical von
Mises-Fisher-Gaussian model. AISTATS, PMLR 130:2800-2808.
"""

from stats220.models.gimbal.diagnostics import Convergence, check_convergence, region_of_truth
from stats220.models.gimbal.fitting import fit_gimbal
from stats220.models.gimbal.noise import DetectionNoise, fit_noise, usual_noise
from stats220.models.gimbal.prior import GimbalPrior
from stats220.models.gimbal.sampler import GimbalSamples, sample_gimbal

__all__ = [
    "Convergence",
    "DetectionNoise",
    "GimbalPrior",
    "GimbalSamples",
    "check_convergence",
    "fit_gimbal",
    "fit_noise",
    "region_of_truth",
    "sample_gimbal",
    "usual_noise",
]
