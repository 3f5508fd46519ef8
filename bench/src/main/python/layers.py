"""What the twins share: what the harness asks of each, and transformer blocks with layer norms.

Attention is scaled_dot_product_attention. Keys and values that are kept while a text grows are joined
by cat, as the DynamicCache of transformers does it.
"""

import importlib

import torch
import torch.nn.functional as F
from torch import nn


class Twin(nn.Module):
    """A model that is trained: losses of a batch by name, and what the batch is made of."""

    side = 0  # of the pictures; 0 for none
    unit = False  # whether pictures have values from 0 to 1; else they are normalised as CLIP's
    context = 0  # tokens of a row; 0 for no texts
    vocabulary = 0
    pads_with_end = True  # or with 0
    trims = False  # whether rows are filled up to the longest text only

    def losses(self, pixels, ids):
        raise NotImplementedError

    def objectives(self):
        """What is minimised in turn: parameters, and losses of a batch."""
        return [([p for p in self.parameters() if p.requires_grad], self.losses)]

    def after_step(self):
        pass


def part(tree):
    """A model that is used as it is, such as an image tokenizer."""
    model = importlib.import_module(tree["family"]).create(tree, trained=False)
    return model.requires_grad_(False).eval()


class Cache:
    """The keys and values of one attention."""

    def __init__(self):
        self.keys = self.values = None

    def extended(self, keys, values):
        if self.keys is not None:
            keys = torch.cat([self.keys, keys], 2)
            values = torch.cat([self.values, values], 2)
        self.keys, self.values = keys, values
        return keys, values

    def length(self):
        return 0 if self.keys is None else self.keys.size(2)


class Attention(nn.Module):
    """One matrix for queries, keys and values; two where what is looked at has another width."""

    def __init__(self, width, heads, context=None):
        super().__init__()
        self.width, self.heads = width, heads
        self.qkv = nn.Linear(width, 3 * width) if context in (None, width) else None
        if self.qkv is None:
            self.q = nn.Linear(width, width)
            self.kv = nn.Linear(context, 2 * width)
        self.out = nn.Linear(width, width)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).transpose(1, 2)

    def mixed(self, q, k, v, mask=None, causal=False):
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        return self.out(a.transpose(1, 2).reshape(q.size(0), q.size(2), self.width))

    def forward(self, x, mask=None, causal=False, cache=None):
        q, k, v = (self.split(t) for t in self.qkv(x).chunk(3, -1))
        if cache is not None:
            k, v = cache.extended(k, v)
        return self.mixed(q, k, v, mask, causal)

    def keys_values(self, seen):
        if self.qkv is None:
            kv = self.kv(seen)
        else:
            kv = F.linear(seen, self.qkv.weight[self.width :], self.qkv.bias[self.width :])
        return tuple(self.split(t) for t in kv.chunk(2, -1))

    def look(self, x, keys, values):
        if self.qkv is None:
            q = self.q(x)
        else:
            q = F.linear(x, self.qkv.weight[: self.width], self.qkv.bias[: self.width])
        return self.mixed(self.split(q), keys, values)


class Block(nn.Module):
    def __init__(self, width, heads, hidden, eps):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x, mask=None, causal=False, cache=None):
        return self.finish(x + self.attention(self.norm1(x), mask, causal, cache))

    def finish(self, x):
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class CrossBlock(Block):
    """A block that looks at a context instead of the sequence itself."""

    def __init__(self, width, heads, hidden, eps):
        super().__init__(width, heads, hidden, eps)
        self.norm_context = nn.LayerNorm(width, eps)

    def remember(self, context):
        return self.attention.keys_values(self.norm_context(context))

    def forward(self, x, keys, values):
        return self.finish(x + self.attention.look(self.norm1(x), keys, values))


def blocks(c, width=None):
    return nn.ModuleList(
        Block(width or c["width"], c["heads"], c["mlpWidth"], c["epsilon"])
        for _ in range(c["layers"])
    )


class VisionTransformer(nn.Module):
    """CLIP's image tower up to its last block: pixels to [B, 1 + N, W]."""

    def __init__(self, v):
        super().__init__()
        w = v["width"]
        self.patches = nn.Conv2d(3, w, v["patchSize"], v["patchSize"], bias=False)
        self.class_token = nn.Parameter(torch.randn(w) * w**-0.5)
        self.positions = nn.Parameter(
            torch.randn((v["imageSize"] // v["patchSize"]) ** 2 + 1, w) * w**-0.5
        )
        self.dropped = v["patchDropout"]
        self.pre_norm = nn.LayerNorm(w, v["epsilon"])
        self.blocks = blocks(v)

    def drop(self, x):
        """Keeps a random choice of each picture's patches, and the class token."""
        if self.dropped == 0 or not self.training:
            return x
        b, n, w = x.shape
        kept = max(1, int((n - 1) * (1 - self.dropped)))
        index = torch.rand(b, n - 1).topk(kept).indices.unsqueeze(-1).expand(b, kept, w)
        return torch.cat([x[:, :1], x[:, 1:].gather(1, index)], 1)

    def forward(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.to(x.dtype).expand(len(x), 1, -1), x], 1) + self.positions
        x = self.pre_norm(self.drop(x))
        for block in self.blocks:
            x = block(x)
        return x


def contrastive(images, texts, log_scale):
    """CLIP's loss of normalised features, in f32."""
    with torch.autocast("cpu", enabled=False):
        logits = log_scale.exp() * images.float() @ texts.float().t()
        labels = torch.arange(len(logits))
        return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2
