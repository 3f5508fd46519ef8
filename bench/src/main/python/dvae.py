"""The discrete VAE of DALL-E: the blocks of its published encoder and decoder, Gumbel-softmax, the
logit-Laplace likelihood."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from layers import Twin


def conv(before, after, kernel):
    layer = nn.Conv2d(before, after, kernel, padding=kernel // 2)
    nn.init.normal_(layer.weight, std=1 / math.sqrt(before * kernel**2))
    nn.init.zeros_(layer.bias)
    return layer


class Block(nn.Module):
    def __init__(self, before, after, layers, kernels):
        super().__init__()
        self.gain = 1 / layers**2
        self.shortcut = nn.Identity() if before == after else conv(before, after, 1)
        widths = [before, after // 4, after // 4, after // 4, after]
        self.convs = nn.Sequential()
        for i, kernel in enumerate(kernels):
            self.convs.extend([nn.ReLU(), conv(widths[i], widths[i + 1], kernel)])

    def forward(self, x):
        return self.shortcut(x) + self.gain * self.convs(x)


def stack(config, first, widths, kernels, between, last):
    layers = [first]
    for g in range(1, len(widths)):
        for b in range(config["blocks"]):
            before = widths[g - 1] if b == 0 else widths[g]
            layers.append(Block(before, widths[g], config["groups"] * config["blocks"], kernels))
        if g < len(widths) - 1:
            layers.append(between)
    return nn.Sequential(*layers, nn.ReLU(), conv(widths[-1], last, 1))


def course(start, end, steps, total):
    return end if steps >= total else end + (start - end) * (1 + math.cos(math.pi * steps / total)) / 2


class DVae(Twin):
    unit = True

    def __init__(self, config, trained=True):
        super().__init__()
        self.config, self.side, self.steps = config, config["imageSize"], 0
        w, k = config["width"], config["codebookSize"]
        widths = [w * 2**g for g in range(config["groups"])]
        self.encoder = stack(
            config, conv(3, w, 7), [w, *widths], (3, 3, 3, 1), nn.MaxPool2d(2), k
        )
        first = config["decoderWidth"]
        self.decoder = stack(
            config,
            conv(k, first, 1),
            [first, *reversed(widths)],
            (1, 3, 3, 3),
            nn.Upsample(scale_factor=2, mode="nearest"),
            6,
        )

    @torch.no_grad()
    def codes(self, pictures):
        return self.encoder(0.8 * pictures + 0.1).argmax(1)

    def losses(self, pixels, ids):
        c = self.config
        x = 0.8 * pixels + 0.1
        logits = self.encoder(x).float()
        temperature = course(c["temperature"], c["lastTemperature"], self.steps, c["temperatureSteps"])
        choice = F.gumbel_softmax(logits, tau=temperature, dim=1)
        mu, log_scale = self.decoder(choice).float().chunk(2, 1)
        surprise = (
            (torch.logit(x) - mu).abs() * torch.exp(-log_scale)
            + log_scale
            + torch.log(2 * x * (1 - x))
        )
        logs = logits.log_softmax(1)
        divergence = (logs.exp() * (logs + math.log(logits.size(1)))).sum(1).mean()
        share = logits[0, 0].numel() / pixels[0].numel()
        weight = course(0, c["klWeight"], self.steps, c["klSteps"])
        return {"reconstruction_loss": surprise.mean(), "kl_loss": weight * share * divergence}

    def after_step(self):
        self.steps += 1


create = DVae
