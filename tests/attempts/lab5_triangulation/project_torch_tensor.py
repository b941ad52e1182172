# exercise: project
# says: computes in torch
# points: 4
def project(projections, points_3d):
    import torch

    P, x = torch.as_tensor(projections), torch.as_tensor(points_3d)
    u, v, w = (torch.einsum("cj,nj->cn", P[:, i, :3], x) + P[:, i, 3:] for i in range(3))
    w = torch.where(w > 0, w, torch.nan)
    return torch.stack([u / w, v / w], dim=-1)
