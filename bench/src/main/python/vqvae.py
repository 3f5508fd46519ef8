"""VQ-VAE: strided convolutions, residual blocks, the nearest codes, and the way back."""

import torch.nn.functional as F
from torch import nn

from codebook import Codebook, CodebookTokenizer


class Residual(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.wide = nn.Conv2d(width, hidden, 3, padding=1)
        self.narrow = nn.Conv2d(hidden, width, 1)

    def forward(self, x):
        return x + self.narrow(F.relu(self.wide(F.relu(x))))


def residuals(c):
    return [Residual(c["width"], c["residualWidth"]) for _ in range(c["residualBlocks"])]


class VqVae(CodebookTokenizer):
    def __init__(self, config, trained=True):
        super().__init__()
        w, d, n = config["width"], config["codebook"]["width"], config["halvings"]
        self.side, self.commitment = config["imageSize"], config["commitment"]
        down = []
        for i in range(n):
            down += [nn.Conv2d(3 if i == 0 else w, w, 4, 2, 1), nn.ReLU()]
        self.encoder = nn.Sequential(
            *down, nn.Conv2d(w, w, 3, padding=1), *residuals(config), nn.ReLU(), nn.Conv2d(w, d, 1)
        )
        self.codebook = Codebook(config["codebook"])
        up = []
        for i in range(n - 1, -1, -1):
            up += [nn.ConvTranspose2d(w, 3 if i == 0 else w, 4, 2, 1), nn.ReLU()]
        self.decoder = nn.Sequential(
            nn.Conv2d(d, w, 3, padding=1), *residuals(config), nn.ReLU(), *up[:-1]
        )

    def latents(self, x):
        return self.encoder(x)

    def losses(self, pixels, ids):
        x = pixels * 2 - 1
        z = self.latents(x)
        passed, chosen = self.codebook(z)
        losses = {"reconstruction_loss": F.mse_loss(self.decoder(passed).float(), x)}
        return losses | self.codebook_losses(z, chosen)


create = VqVae
