"""The CLIP of vlm4j written in plain PyTorch, to time training steps side by side.

Arguments: model configuration (JSON), batch, tokens of the shortest and of the longest text,
precision, threads, warm-up steps, timed steps, "train" or "embed" (only the features of the
pictures, without gradients).
Prints one line of JSON: the median step in milliseconds and the peak resident memory in MB.
"""

import json
import math
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width, heads, hidden, eps):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, eps)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x, causal):
        b, l, w = x.shape
        q, k, v = (
            t.view(b, l, self.heads, w // self.heads).transpose(1, 2)
            for t in self.qkv(self.norm1(x)).chunk(3, -1)
        )
        a = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        x = x + self.out(a.transpose(1, 2).reshape(b, l, w))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Clip(nn.Module):
    def __init__(self, config):
        super().__init__()
        v, t, d = config["vision"], config["text"], config["embedWidth"]
        w = v["width"]
        self.patches = nn.Conv2d(3, w, v["patchSize"], v["patchSize"], bias=False)
        self.class_token = nn.Parameter(torch.randn(w) * w**-0.5)
        self.positions = nn.Parameter(
            torch.randn((v["imageSize"] // v["patchSize"]) ** 2 + 1, w) * w**-0.5
        )
        self.pre_norm = nn.LayerNorm(w, v["epsilon"])
        self.blocks = nn.ModuleList(
            Block(w, v["heads"], v["mlpWidth"], v["epsilon"]) for _ in range(v["layers"])
        )
        self.norm = nn.LayerNorm(w, v["epsilon"])
        self.projection = nn.Linear(w, d, bias=False)
        w = t["width"]
        self.tokens = nn.Embedding(t["vocabularySize"], w)
        self.text_positions = nn.Parameter(torch.randn(t["contextLength"], w) * 0.01)
        self.text_blocks = nn.ModuleList(
            Block(w, t["heads"], t["mlpWidth"], t["epsilon"]) for _ in range(t["layers"])
        )
        self.text_norm = nn.LayerNorm(w, t["epsilon"])
        self.text_projection = nn.Linear(w, d, bias=False)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def image_features(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.to(x.dtype).expand(len(x), 1, -1), x], 1) + self.positions
        x = self.pre_norm(x)
        for block in self.blocks:
            x = block(x, False)
        return self.projection(self.norm(x[:, 0])).float()

    def forward(self, pixels, ids):
        images = F.normalize(self.image_features(pixels), dim=-1)
        x = self.tokens(ids) + self.text_positions
        for block in self.text_blocks:
            x = block(x, True)
        x = x[torch.arange(len(x)), ids.argmax(-1)]
        texts = F.normalize(self.text_projection(self.text_norm(x)).float(), dim=-1)
        with torch.autocast("cpu", enabled=False):
            logits = self.scale.exp() * images @ texts.t()
            labels = torch.arange(len(logits))
            return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2


def main():
    config = json.loads(sys.argv[1])
    batch, shortest, longest = (int(x) for x in sys.argv[2:5])
    precision = sys.argv[5]
    threads, warm, timed = (int(x) for x in sys.argv[6:9])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = Clip(config)
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    plain = [p for p in model.parameters() if p.ndim < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.2}, {"params": plain, "weight_decay": 0.0}],
        lr=5e-4,
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )
    side, context = config["vision"]["imageSize"], config["text"]["contextLength"]
    pixels = torch.randn(batch, 3, side, side)
    ids = (torch.arange(batch * context) * 7919 % 500).view(batch, context)
    lengths = shortest + torch.arange(batch) % (longest - shortest + 1)
    past = torch.arange(context) >= lengths[:, None] - 1
    ids[past] = config["text"]["vocabularySize"] - 1
    times = []

    def train():
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = model(pixels, ids)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            model.scale.clamp_(0, math.log(100))
        loss.item()

    def embed():
        with torch.inference_mode():
            model.image_features(pixels)

    work = embed if sys.argv[9] == "embed" else train
    for i in range(warm + timed):
        start = time.perf_counter()
        work()
        if i >= warm:
            times.append((time.perf_counter() - start) * 1e3)
    times.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"ms": times[timed // 2], "peak_mb": peak}))


main()
