"""CLIP, as OpenCLIP computes it."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from layers import Twin, VisionTransformer, blocks, contrastive


class Clip(Twin):
    def __init__(self, config):
        super().__init__()
        v, t, d = config["vision"], config["text"], config["embedWidth"]
        self.side, self.context = v["imageSize"], t["contextLength"]
        self.vocabulary = t["vocabularySize"]
        self.vision = VisionTransformer(v)
        self.norm = nn.LayerNorm(v["width"], v["epsilon"])
        self.projection = nn.Linear(v["width"], d, bias=False)
        w = t["width"]
        self.tokens = nn.Embedding(t["vocabularySize"], w)
        self.text_positions = nn.Parameter(torch.randn(t["contextLength"], w) * 0.01)
        self.dropout = nn.Dropout(t["dropout"]) if t["dropout"] > 0 else nn.Identity()
        self.text_blocks = blocks(t)
        self.text_norm = nn.LayerNorm(w, t["epsilon"])
        self.text_projection = nn.Linear(w, d, bias=False)
        self.scale = nn.Parameter(torch.tensor(config["logitScale"]))

    def image_features(self, pixels):
        return self.projection(self.norm(self.vision(pixels)[:, 0])).float()

    def losses(self, pixels, ids):
        images = F.normalize(self.image_features(pixels), dim=-1)
        x = self.dropout(self.tokens(ids) + self.text_positions)
        for block in self.text_blocks:
            x = block(x, causal=True)
        x = x[torch.arange(len(x)), ids.argmax(-1)]
        texts = F.normalize(self.text_projection(self.text_norm(x)).float(), dim=-1)
        return {"contrastive_loss": contrastive(images, texts, self.scale)}

    @torch.no_grad()
    def after_step(self):
        self.scale.clamp_(0, math.log(100))


create = Clip
