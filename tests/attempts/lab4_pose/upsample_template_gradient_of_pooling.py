# exercise: upsample_template
# says: what average pooling does to gradients on the way back is what it takes
# points: all
def upsample_template(template, factor):
    k, h, w = template.shape
    x = torch.zeros(k, h * factor, w * factor, device=template.device, requires_grad=True)
    return torch.autograd.grad(F.avg_pool2d(x, factor), x, template)[0]
