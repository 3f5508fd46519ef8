"""The nearest codes of vectors, and how codes follow them, in the way of the public VQ-VAEs: all
distances, one-hot choices, running means; codes that are hardly chosen begin anew."""

import torch
import torch.nn.functional as F
from torch import nn

from layers import Twin


class Codebook(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.size, self.width = c["size"], c["width"]
        codes = torch.empty(self.size, self.width).uniform_(-1 / self.size, 1 / self.size)
        if c["averaged"]:
            self.register_buffer("codes", codes)
        else:
            self.codes = nn.Parameter(codes)
        self.register_buffer("counts", torch.zeros(self.size), persistent=False)
        self.register_buffer("sums", torch.zeros(self.size, self.width), persistent=False)
        self.seen = None

    def rows(self, z):
        return z.float().permute(0, 2, 3, 1).reshape(-1, self.width)

    @torch.no_grad()
    def nearest(self, rows):
        with torch.autocast("cpu", enabled=False):
            distances = (
                rows.square().sum(1, keepdim=True)
                + self.codes.square().sum(1)
                - 2 * rows @ self.codes.t()
            )
            return distances.argmin(1)

    def forward(self, z):
        """The codes with the gradient going to the vectors, and going to themselves."""
        b, d, h, w = z.shape
        rows = self.rows(z)
        nearest = self.nearest(rows)
        self.seen = rows.detach(), nearest
        chosen = F.embedding(nearest, self.codes).view(b, h, w, d).permute(0, 3, 1, 2).contiguous()
        return z.float() + (chosen - z.float()).detach(), chosen

    @torch.no_grad()
    def update(self):
        rows, nearest = self.seen
        decay = self.c["decay"]
        choices = F.one_hot(nearest, self.size).float()
        self.counts.mul_(decay).add_(choices.sum(0), alpha=1 - decay)
        if self.c["averaged"]:
            self.sums.mul_(decay).add_(choices.t() @ rows, alpha=1 - decay)
            total, eps = self.counts.sum(), self.c["epsilon"]
            smoothed = (self.counts + eps) / (total + self.size * eps) * total
            means = self.sums / smoothed.unsqueeze(1)
            self.codes.copy_(torch.where(self.counts.unsqueeze(1) > 0, means, self.codes))
        if self.c["restartBelow"] > 0:
            self.restart(rows)

    def restart(self, rows):
        mean = self.counts.mean()
        unused = (self.counts < self.c["restartBelow"] * mean).nonzero().squeeze(1)
        if len(unused) > 0:
            vectors = rows[torch.randint(len(rows), (len(unused),))]
            self.codes[unused] = vectors
            self.counts[unused] = mean
            self.sums[unused] = vectors * mean


class CodebookTokenizer(Twin):
    """An encoder to vectors, a codebook, a decoder; pictures have values from -1 to 1 within."""

    unit = True

    def latents(self, x):
        raise NotImplementedError

    @torch.no_grad()
    def codes(self, pictures):
        z = self.latents(pictures * 2 - 1)
        return self.codebook.nearest(self.codebook.rows(z)).view(len(z), *z.shape[2:])

    def codebook_losses(self, z, chosen):
        losses = {}
        if not self.codebook.c["averaged"]:
            losses["codebook_loss"] = F.mse_loss(chosen, z.float().detach())
        losses["commitment_loss"] = self.commitment * F.mse_loss(z.float(), chosen.detach())
        return losses

    def after_step(self):
        self.codebook.update()
