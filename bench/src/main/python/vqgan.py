"""VQGAN: the encoder and decoder of taming-transformers, with its patch discriminator. The pictures
that the discriminator sees are those of the generator's pass; that program makes them a second time.
Without a perceptual network."""

import torch
import torch.nn.functional as F
from torch import nn

from codebook import Codebook, CodebookTokenizer


def norm(c, channels):
    return nn.GroupNorm(c["groups"], channels, eps=1e-6)


class ResidualBlock(nn.Module):
    def __init__(self, c, before, after):
        super().__init__()
        self.norm1 = norm(c, before)
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        self.norm2 = norm(c, after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.shortcut = nn.Identity() if before == after else nn.Conv2d(before, after, 1)

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class SpatialAttention(nn.Module):
    def __init__(self, c, channels):
        super().__init__()
        self.norm = norm(c, channels)
        self.q, self.k, self.v, self.out = (nn.Conv2d(channels, channels, 1) for _ in range(4))

    def forward(self, x):
        n = self.norm(x)
        rows = (t.flatten(2).transpose(1, 2).unsqueeze(1) for t in (self.q(n), self.k(n), self.v(n)))
        seen = F.scaled_dot_product_attention(*rows)  # [B, 1, HW, C]
        return x + self.out(seen.squeeze(1).transpose(1, 2).reshape(x.shape))


class Halved(nn.Conv2d):
    def __init__(self, channels):
        super().__init__(channels, channels, 3, stride=2)

    def forward(self, x):
        return super().forward(F.pad(x, (0, 1, 0, 1)))


class Doubled(nn.Conv2d):
    def __init__(self, channels):
        super().__init__(channels, channels, 3, padding=1)

    def forward(self, x):
        return super().forward(F.interpolate(x, scale_factor=2, mode="nearest"))


def stage(c, level, before, after, count):
    layers = []
    for i in range(count):
        layers.append(ResidualBlock(c, before if i == 0 else after, after))
        if c["imageSize"] >> level in c["attentionSides"]:
            layers.append(SpatialAttention(c, after))
    return layers


def middle(c, channels):
    return [
        ResidualBlock(c, channels, channels),
        SpatialAttention(c, channels),
        ResidualBlock(c, channels, channels),
    ]


def encoder(c):
    widths = [c["channels"] * m for m in c["multipliers"]]
    layers = [nn.Conv2d(3, c["channels"], 3, padding=1)]
    for level, width in enumerate(widths):
        before = c["channels"] if level == 0 else widths[level - 1]
        layers += stage(c, level, before, width, c["blocks"])
        if level < len(widths) - 1:
            layers.append(Halved(width))
    layers += middle(c, widths[-1])
    last = nn.Conv2d(widths[-1], c["latentChannels"], 3, padding=1)
    return nn.Sequential(*layers, norm(c, widths[-1]), nn.SiLU(), last)


def decoder(c):
    widths = [c["channels"] * m for m in c["multipliers"]]
    layers = [nn.Conv2d(c["latentChannels"], widths[-1], 3, padding=1)]
    layers += middle(c, widths[-1])
    before = widths[-1]
    for level in range(len(widths) - 1, -1, -1):
        layers += stage(c, level, before, widths[level], c["blocks"] + 1)
        before = widths[level]
        if level > 0:
            layers.append(Doubled(before))
    return nn.Sequential(*layers, norm(c, before), nn.SiLU(), nn.Conv2d(before, 3, 3, padding=1))


def discriminator(a):
    width = a["channels"]
    layers = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for i in range(1, a["halvings"] + 1):
        after = a["channels"] * min(2**i, 8)
        stride = 2 if i < a["halvings"] else 1
        layers += [
            nn.Conv2d(width, after, 4, stride, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.LeakyReLU(0.2),
        ]
        width = after
    layers.append(nn.Conv2d(width, 1, 4, 1, 1))
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1, 0.02)
    return nn.Sequential(*layers)


class VqGan(CodebookTokenizer):
    def __init__(self, config, trained=True):
        super().__init__()
        if trained and config["perceptual"] is not None:
            raise SystemExit("the twin of VQGAN has no perceptual network")
        c, d = config["coder"], config["codebook"]["width"]
        self.side, self.commitment = c["imageSize"], config["commitment"]
        self.adversary, self.steps = config["adversary"], 0
        self.encoder = nn.Sequential(encoder(c), nn.Conv2d(c["latentChannels"], d, 1))
        self.codebook = Codebook(config["codebook"])
        self.decoder = nn.Sequential(nn.Conv2d(d, c["latentChannels"], 1), *decoder(c))
        self.discriminator = discriminator(self.adversary) if trained else None
        self.made = None

    def latents(self, x):
        return self.encoder(x)

    def objectives(self):
        others = [p for n, p in self.named_parameters() if not n.startswith("discriminator.")]
        return [
            (others, self.losses),
            (list(self.discriminator.parameters()), self.discriminator_losses),
        ]

    def is_adversarial(self):
        return self.steps >= self.adversary["start"]

    def losses(self, pixels, ids):
        x = pixels * 2 - 1
        z = self.latents(x)
        passed, chosen = self.codebook(z)
        y = self.decoder(passed).float()
        likeness = F.l1_loss(y, x)
        losses = {"reconstruction_loss": likeness}
        if self.is_adversarial():
            doubt = -self.discriminator(y).float().mean()
            last = self.decoder[-1].weight
            pull = torch.autograd.grad(likeness, last, retain_graph=True)[0].norm()
            other = torch.autograd.grad(doubt, last, retain_graph=True)[0].norm()
            weight = (pull / (other + 1e-4)).clamp(0, 1e4).detach() * self.adversary["weight"]
            losses["adversarial_loss"] = weight * doubt
            self.made = y.detach()
        return losses | self.codebook_losses(z, chosen)

    def discriminator_losses(self, pixels, ids):
        if not self.is_adversarial():
            return {}
        real = self.discriminator(pixels * 2 - 1).float()
        fake = self.discriminator(self.made).float()
        return {"discriminator_loss": (F.relu(1 - real).mean() + F.relu(1 + fake).mean()) / 2}

    def after_step(self):
        super().after_step()
        self.steps += 1


create = VqGan
