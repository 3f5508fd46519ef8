"""Llama, as transformers computes it: norms written out, rotary positions by a turned copy, logits of
all positions in training and of the last one in generation."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from layers import Cache, Twin


class RmsNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * h.to(x.dtype)


class HeadNorm(nn.Module):
    """Normalises each head by itself, with a scale and a shift of its own."""

    def __init__(self, heads, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(heads, width))
        self.bias = nn.Parameter(torch.zeros(heads, width))

    def forward(self, x):
        return F.layer_norm(x, x.shape[-1:], None, None, eps=1e-5) * self.weight + self.bias


def linear(before, after, std, bias=False):
    layer = nn.Linear(before, after, bias=bias)
    nn.init.normal_(layer.weight, std=std)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def turned(x):
    a, b = x.chunk(2, -1)
    return torch.cat([-b, a], -1)


class Attention(nn.Module):
    def __init__(self, c, normed):
        super().__init__()
        self.width = c["headWidth"]
        heads, shared, std = c["heads"], c["keyValueHeads"], c["std"]
        bias = c["biases"] != "NONE"
        self.grouped = heads != shared
        self.q = linear(c["width"], heads * self.width, std, bias)
        self.k = linear(c["width"], shared * self.width, std, bias)
        self.v = linear(c["width"], shared * self.width, std, bias)
        self.out = linear(heads * self.width, c["width"], out_std(c), c["biases"] == "ALL")
        self.norm_q = HeadNorm(heads, self.width) if normed else nn.Identity()
        self.norm_k = HeadNorm(shared, self.width) if normed else nn.Identity()

    def forward(self, x, cos, sin, cache=None):
        shape = (*x.shape[:2], -1, self.width)
        q = self.norm_q(self.q(x).view(shape)).transpose(1, 2)
        k = self.norm_k(self.k(x).view(shape)).transpose(1, 2)
        v = self.v(x).view(shape).transpose(1, 2)
        q = q * cos + turned(q) * sin
        k = k * cos + turned(k) * sin
        if cache is not None:
            k, v = cache.extended(k, v)
        causal = q.size(2) > 1  # a prompt is read at once, and what follows token by token
        a = F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=self.grouped)
        return self.out(a.transpose(1, 2).reshape(*x.shape[:2], -1))


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate = linear(c["width"], c["mlpWidth"], c["std"])
        self.up = linear(c["width"], c["mlpWidth"], c["std"])
        self.down = linear(c["mlpWidth"], c["width"], out_std(c))

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


def out_std(c):
    return c["std"] / math.sqrt(2 * c["layers"])


class Layer(nn.Module):
    """Norms before attention and MLP, or behind them; what they add may be dropped in training."""

    def __init__(self, c, normed_heads=False, behind=False, dropout=0):
        super().__init__()
        self.norm1 = RmsNorm(c["width"], c["epsilon"])
        self.attention = Attention(c, normed_heads)
        self.norm2 = RmsNorm(c["width"], c["epsilon"])
        self.mlp = Mlp(c)
        self.behind = behind
        self.dropout = nn.Dropout(dropout) if dropout > 0 else nn.Identity()

    def forward(self, x, cos, sin, cache=None):
        if self.behind:
            x = x + self.dropout(self.norm1(self.attention(x, cos, sin, cache)))
            return x + self.dropout(self.norm2(self.mlp(x)))
        x = x + self.dropout(self.attention(self.norm1(x), cos, sin, cache))
        return x + self.dropout(self.mlp(self.norm2(x)))


class Decoder(nn.Module):
    def __init__(self, c, **layer):
        super().__init__()
        if c["window"] or c["rope"]["scaling"] is not None or c["activation"] != "silu":
            raise SystemExit("the twin of Llama has no window, plain rotary positions, and silu")
        self.tokens = nn.Embedding(c["vocabularySize"], c["width"])
        nn.init.normal_(self.tokens.weight, std=c["std"])
        self.layers = nn.ModuleList(Layer(c, **layer) for _ in range(c["layers"]))
        self.norm = RmsNorm(c["width"], c["epsilon"])
        self.head = None if c["tied"] else linear(c["width"], c["vocabularySize"], c["std"])
        pairs = torch.arange(0, c["headWidth"], 2) / c["headWidth"]
        self.register_buffer("frequencies", c["rope"]["theta"] ** -pairs, persistent=False)

    def hidden(self, ids, caches=None):
        before = caches[0].length() if caches else 0
        x = self.tokens(ids)
        at = torch.arange(before, before + ids.size(1)).float()
        angles = torch.outer(at, self.frequencies).repeat(1, 2)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, caches[i] if caches else None)
        return x

    def logits(self, x):
        n = self.norm(x)
        return F.linear(n, self.tokens.weight) if self.head is None else self.head(n)

    def next(self, ids, caches):
        return self.logits(self.hidden(ids, caches)[:, -1])


def shifted(labels):
    """At each position the token after it, and nothing at the last."""
    return F.pad(labels, (0, 1), value=-100)[:, 1:]


def until_end(ids, end):
    """Up to the first end of each row; what follows does not count."""
    is_end = (ids == end).long()
    return ids.masked_fill(is_end.cumsum(1) - is_end > 0, -100)


class Llama(Twin):
    trims = True

    def __init__(self, config):
        super().__init__()
        self.context, self.vocabulary = config["contextLength"], config["vocabularySize"]
        self.end = config["endId"] if config["endId"] >= 0 else self.vocabulary - 1
        self.decoder = Decoder(config)

    def losses(self, pixels, ids):
        labels = shifted(until_end(ids, self.end))
        logits = self.decoder.logits(self.decoder.hidden(ids)).float()
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
        return {"next_token_loss": loss}

    def begin(self, pixels):
        return [Cache() for _ in self.decoder.layers]

    def next(self, ids, kept):
        return self.decoder.next(ids, kept)


create = Llama
