"""FLAVA's step of pairs, as torchmultimodal and transformers compute it: whole rows, masks as numbers
that are added, both encoders with and without what is hidden. What is hidden is drawn evenly and at
once, which costs less than the blocks that they draw in their loaders."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from layers import Twin, blocks, contrastive, part
from llama import linear

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


def small(*shape):
    return nn.Parameter(torch.randn(*shape) * 0.02)


class Encoder(nn.Module):
    """Blocks and a last norm, with a pooler that no loss reads."""

    def __init__(self, c, sizes):
        super().__init__()
        self.blocks = blocks(sizes | {"epsilon": c["epsilon"]}, c["width"])
        self.norm = nn.LayerNorm(c["width"], c["epsilon"])
        self.pooler = linear(c["width"], c["width"], 0.02, bias=True)

    def run(self, x, mask=None):
        for block in self.blocks:
            x = block(x, mask)
        return x


class ImageEncoder(Encoder):
    def __init__(self, c, sizes):
        super().__init__(c, sizes)
        w, p = c["width"], sizes["patchSize"]
        self.patches = nn.Conv2d(3, w, p, p)
        self.class_token, self.mask_token = small(1, w), small(1, w)
        self.positions = small((sizes["imageSize"] // p) ** 2 + 1, w)

    def forward(self, pixels, hidden=None):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        if hidden is not None:
            x = torch.where(hidden.unsqueeze(-1), self.mask_token.to(x.dtype), x)
        x = torch.cat([self.class_token.to(x.dtype).expand(len(x), 1, -1), x], 1) + self.positions
        return self.run(x)


class TextEncoder(Encoder):
    def __init__(self, c, sizes):
        super().__init__(c, sizes)
        self.tokens = nn.Embedding(max(sizes["vocabularySize"], sizes["maskId"] + 1), c["width"])
        nn.init.normal_(self.tokens.weight, std=0.02)
        self.positions, self.types = small(sizes["contextLength"], c["width"]), small(2, c["width"])
        self.embed_norm = nn.LayerNorm(c["width"], c["epsilon"])

    def forward(self, ids, mask):
        return self.run(self.embed_norm(self.tokens(ids) + self.positions + self.types[0]), mask)


class MultimodalEncoder(Encoder):
    def __init__(self, c, sizes):
        super().__init__(c, sizes)
        w = c["width"]
        self.from_image, self.from_text = (linear(w, w, 0.02, bias=True) for _ in range(2))
        self.class_token = small(1, w)

    def forward(self, pictures, texts, mask):
        seen = self.from_image(pictures)
        first = self.class_token.to(seen.dtype).expand(len(seen), 1, -1)
        x = torch.cat([first, seen, self.from_text(texts)], 1)
        return self.norm(self.run(x, mask))


class Head(nn.Module):
    def __init__(self, c, count):
        super().__init__()
        self.dense = linear(c["width"], c["width"], 0.02, bias=True)
        self.norm = nn.LayerNorm(c["width"], c["headEpsilon"])
        self.decoder = linear(c["width"], count, 0.02, bias=True)

    def forward(self, rows, targets):
        """The loss of the places of [B, M, W] that have a target."""
        at = targets != -1
        logits = self.decoder(self.norm(F.gelu(self.dense(rows[at]))))
        return F.cross_entropy(logits.float(), targets[at])


class Flava(Twin):
    pads_with_end = False

    def __init__(self, config):
        super().__init__()
        image, text, w = config["image"], config["text"], config["width"]
        if config["mixture"]["pictures"] or config["mixture"]["texts"] or text["padId"] != 0:
            raise SystemExit("the twin of FLAVA learns from pairs only, and pads with 0")
        if config["masking"]["mismatchedCandidates"] or config["multimodal"]["seesPadding"]:
            raise SystemExit("the twin of FLAVA leaves out mismatched pairs, and sees no padding")
        self.config, self.weights = config, config["weights"]
        self.side, self.context = image["imageSize"], text["contextLength"]
        self.vocabulary = text["vocabularySize"]
        self.grid = image["imageSize"] // image["patchSize"]
        self.image = ImageEncoder(config, image)
        self.text = TextEncoder(config, text)
        self.multimodal = MultimodalEncoder(config, config["multimodal"])
        self.image_projection = linear(w, config["embedWidth"], 0.02, bias=True)
        self.text_projection = linear(w, config["embedWidth"], 0.02, bias=True)
        self.scale = nn.Parameter(torch.tensor(config["logitScale"]))
        ids = self.text.tokens.num_embeddings
        self.mim, self.mmm_image = Head(config, image["codes"]), Head(config, image["codes"])
        self.mlm, self.mmm_text = Head(config, ids), Head(config, ids)
        self.match_pooler = linear(w, w, 0.02, bias=True)
        self.match = linear(w, 2, 0.02, bias=True)
        self.tokenizer = part(config["imageTokenizer"])

    @torch.no_grad()
    def codes(self, pixels):
        with torch.autocast("cpu", enabled=False):
            pictures = (pixels * STD + MEAN).clamp(0, 1)
            codes = self.tokenizer.codes(pictures).flatten(1)
        if codes.size(1) != self.grid**2:
            raise SystemExit("the image tokenizer must give a code for each patch")
        return codes

    def hidden_patches(self, count):
        chosen = torch.rand(count, self.grid**2).topk(self.config["masking"]["patches"]).indices
        return torch.zeros(count, self.grid**2, dtype=torch.bool).scatter_(1, chosen, True)

    def hidden_tokens(self, ids):
        """BERT's: of the chosen 80 % are masked, 10 % replaced, 10 % shown; never the first or last."""
        inner = (ids != 0) & (torch.arange(ids.size(1)) > 0)
        inner[:, :-1] &= ids[:, 1:] != 0
        inner[:, -1] = False
        chosen = inner & (torch.rand(ids.shape) < self.config["masking"]["tokens"])
        kind = torch.rand(ids.shape)
        shown = ids.masked_fill(chosen & (kind < 0.8), self.config["text"]["maskId"])
        others = torch.randint(1, self.vocabulary, ids.shape)
        shown = torch.where(chosen & (kind >= 0.8) & (kind < 0.9), others, shown)
        return shown, torch.where(chosen, ids, -1)

    def losses(self, pixels, ids):
        count = len(ids)
        other = torch.rand(count) < self.config["masking"]["mismatches"]
        texts = torch.where(other.unsqueeze(1), ids.roll(1, 0), ids)
        right = ~other if (~other).any() else torch.ones_like(other)
        shown, text_targets = self.hidden_tokens(texts)
        hidden = self.hidden_patches(count)
        mask = torch.zeros(texts.shape).masked_fill_(texts == 0, -math.inf)[:, None, None]
        both = F.pad(mask, (2 + self.grid**2, 0))  # [B, 1, 1, 2+N+L]
        rows = self.multimodal(self.image(pixels, hidden), self.text(shown, mask), both)
        matching = self.match(self.match_pooler(rows[:, 0]).tanh()).float()
        of_image, of_text = rows[right, 2 : 2 + self.grid**2], rows[right, 2 + self.grid**2 :]
        codes = torch.where(hidden, self.codes(pixels), -1)
        images = self.image_projection(self.image.norm(self.image(pixels))[:, 0])
        features = self.text_projection(self.text.norm(self.text(texts, mask))[:, 0])
        images, features = F.normalize(images[right], dim=-1), F.normalize(features[right], dim=-1)
        w = self.weights
        return {
            "itm_loss": w["itm"] * F.cross_entropy(matching, (~other).long()),
            "mmm_text_loss": w["mmmText"] * self.mmm_text(of_text, text_targets[right]),
            "mmm_image_loss": w["mmmImage"] * self.mmm_image(of_image, codes[right]),
            "global_contrastive_loss": w["contrastive"] * contrastive(images, features, self.scale),
        }

    @torch.no_grad()
    def after_step(self):
        self.scale.clamp_(0, self.config["maxLogitScale"])


create = Flava
