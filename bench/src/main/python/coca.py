"""CoCa, as OpenCLIP computes it: rows of the whole context, masks as numbers that are added, logits of
all positions but the last. With one pooler, and the class token seeing the text and itself
("exactMask")."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from layers import Attention, Cache, CrossBlock, Twin, VisionTransformer, blocks, contrastive


class Pooler(nn.Module):
    def __init__(self, queries, width, context, heads, eps):
        super().__init__()
        self.queries = nn.Parameter(torch.randn(queries, width))
        self.norm_queries = nn.LayerNorm(width, eps)
        self.norm = nn.LayerNorm(context, eps)
        self.attention = Attention(width, heads, context)

    def forward(self, x):
        q = self.norm_queries(self.queries).unsqueeze(0).expand(len(x), -1, -1)
        return self.attention.look(q, *self.attention.keys_values(self.norm(x)))


class Coca(Twin):
    pads_with_end = False

    def __init__(self, config):
        super().__init__()
        v, t, m, d = config["vision"], config["text"], config["decoder"], config["embedWidth"]
        if config["pooler"]["kind"] != "SHARED" or not t["exactMask"] or t["padId"] != 0:
            raise SystemExit("the twin of CoCa has one pooler, the exact mask, and pads with 0")
        self.config = config
        self.side, self.context = v["imageSize"], t["contextLength"]
        self.vocabulary, self.heads = t["vocabularySize"], t["heads"]
        self.vision = VisionTransformer(v)
        self.pooler = Pooler(
            config["pooler"]["queries"], d, v["width"], config["pooler"]["heads"], v["epsilon"]
        )
        self.norm = nn.LayerNorm(d, v["epsilon"])
        self.projection = nn.Linear(d, d, bias=False)
        self.tokens = nn.Embedding(self.vocabulary, d)
        nn.init.normal_(self.tokens.weight, std=0.02)
        self.positions = nn.Parameter(torch.randn(self.context + 1, d) * 0.01)
        self.class_token = nn.Parameter(torch.randn(d) * 0.01)
        self.text_blocks = blocks(t)
        self.text_norm = nn.LayerNorm(d, t["epsilon"])
        self.text_projection = nn.Linear(d, d, bias=False)
        self.self_blocks = blocks(m)
        self.cross_blocks = nn.ModuleList(
            CrossBlock(d, m["heads"], m["mlpWidth"], m["epsilon"]) for _ in range(m["layers"])
        )
        self.decoder_norm = nn.LayerNorm(d, m["epsilon"])
        self.decoder_projection = nn.Linear(d, self.vocabulary, bias=False)
        nn.init.normal_(self.decoder_projection.weight, std=d**-0.5)
        self.scale = nn.Parameter(torch.tensor(config["logitScale"]))
        above = torch.full((self.context + 1, self.context + 1), -math.inf).triu(1)
        self.register_buffer("causal", above, persistent=False)

    def mask(self, ids):
        """Causal; the class token, which comes last, sees no padding: [B, heads, L+1, L+1]."""
        seen = F.pad((ids != 0).unsqueeze(1), (0, 1, ids.size(1), 0), value=True)  # [B, L+1, L+1]
        more = torch.zeros(seen.shape).masked_fill_(~seen, -math.inf)
        return (more + self.causal).repeat_interleave(self.heads, 0).view(
            len(ids), self.heads, *seen.shape[1:]
        )

    def losses(self, pixels, ids):
        seen = self.norm(self.pooler(self.vision(pixels)))
        images = F.normalize(self.projection(seen[:, 0]), dim=-1)
        x = self.tokens(ids)
        x = torch.cat([x, self.class_token.to(x.dtype).expand(len(x), 1, -1)], 1) + self.positions
        mask = self.mask(ids)
        for block in self.text_blocks:
            x = block(x, mask)
        texts = F.normalize(self.text_projection(self.text_norm(x[:, -1])), dim=-1)
        x = x[:, :-2]  # neither the class token nor the last foretells anything
        causal = self.causal[: x.size(1), : x.size(1)]
        for own, cross in zip(self.self_blocks, self.cross_blocks):
            x = cross(own(x, causal), *cross.remember(seen[:, 1:]))
        logits = self.decoder_projection(self.decoder_norm(x))  # [B, L-1, V]
        caption = F.cross_entropy(logits.float().permute(0, 2, 1), ids[:, 1:], ignore_index=0)
        return {
            "contrastive_loss": self.config["contrastiveWeight"]
            * contrastive(images, texts, self.scale),
            "caption_loss": self.config["captionWeight"] * caption,
        }

    @torch.no_grad()
    def after_step(self):
        self.scale.clamp_(0, self.config["maxLogitScale"])

    def begin(self, pixels):
        """What is kept while captions of pictures grow."""
        seen = self.norm(self.pooler(self.vision(pixels)))[:, 1:]
        return {
            "text": [Cache() for _ in self.text_blocks],
            "self": [Cache() for _ in self.self_blocks],
            "seen": [cross.remember(seen) for cross in self.cross_blocks],
        }

    def next(self, ids, kept):
        """Logits of the token after the last: [B, V]."""
        before = kept["text"][0].length()
        causal = before == 0 and ids.size(1) > 1
        x = self.tokens(ids) + self.positions[before : before + ids.size(1)]
        for block, cache in zip(self.text_blocks, kept["text"]):
            x = block(x, causal=causal, cache=cache)
        for own, cross, cache, seen in zip(
            self.self_blocks, self.cross_blocks, kept["self"], kept["seen"]
        ):
            x = cross(own(x, causal=causal, cache=cache), *seen)
        logits = self.decoder_projection(self.decoder_norm(x[:, -1]))
        logits[:, 0] = -math.inf  # padding is never written
        return logits


create = Coca
