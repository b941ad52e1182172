# exercise: rescale_times
# says: while
# points: all
def rescale_times(expected_counts, spike_counts, uniforms):
    out=[];prev=0.;cum=0.;j=0
    for lam,c in zip(expected_counts,spike_counts):
        c=int(c)
        for u in torch.sort(uniforms[j:j+c])[0]:
            s=cum+float(u)*float(lam); out.append(1-np.exp(-(s-prev))); prev=s
        j+=c; cum+=float(lam)
    return torch.tensor(out,dtype=expected_counts.dtype)
