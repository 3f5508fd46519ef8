"""Makes the folders beside this file with PyTorch (2.13): python make.py

Tiny models of random weights under the names of Hugging Face's checkpoints, and what the published
definitions, written out here, make of some tokens: logits of all positions, and eight greedy tokens, of
which each is computed from the whole text. Nothing of it is vlm4j's, and nothing transformers'.
"""

import json
import math
import os
import struct

import torch
import torch.nn.functional as F

NAMES = {torch.float32: "F32", torch.int64: "I64"}


def write(path, tensors, metadata):
    header, at = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        shape = list(tensor.shape)
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.contiguous().numpy().tobytes())


class Weights(dict):
    """Random weights by name, made when they are named first."""

    def __init__(self, std):
        super().__init__()
        self.std = std

    def normal(self, name, *shape):
        return self.setdefault(name, torch.randn(*shape) * self.std)

    def scale(self, name, width):
        return self.setdefault(name, 1 + 0.2 * torch.randn(width))

    def linear(self, x, name, out, bias=True):
        w = self.normal(name + ".weight", out, x.size(-1))
        return x @ w.T + (self.normal(name + ".bias", out) if bias else 0)

    def layer_norm(self, x, name, eps):
        scale = self.scale(name + ".weight", x.size(-1))
        shift = self.normal(name + ".bias", x.size(-1))
        centred = x - x.mean(-1, keepdim=True)
        return centred / torch.sqrt(centred.pow(2).mean(-1, keepdim=True) + eps) * scale + shift

    def rms_norm(self, x, name, eps):
        scale = self.scale(name + ".weight", x.size(-1))
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + eps) * scale


def attention(q, k, v, mask, window=0):
    """Of [B, L, heads, d]; keys that the mask [B, L] hides, later ones and far ones are not seen."""
    repeat = q.size(2) // k.size(2)
    k, v = (t.repeat_interleave(repeat, 2) for t in (k, v))
    scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(q.size(-1))
    at = torch.arange(q.size(1))
    seen = at[None, :] <= at[:, None]
    if window:
        seen = seen & (at[:, None] - at[None, :] < window)
    seen = seen & mask[:, None, None, :].bool() | torch.eye(q.size(1), dtype=torch.bool)
    weights = scores.masked_fill(~seen, -math.inf).softmax(-1)
    return torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2)


def heads(x, count):
    return x.unflatten(-1, (count, -1))


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x.pow(3))))


def turned(x, at, theta, width):
    """The first `width` numbers of each head [B, L, heads, d] by rotary positions [B, L]."""
    half = width // 2
    angles = at[..., None, None] * theta ** (-torch.arange(half) / half)
    a, b, rest = x[..., :half], x[..., half:width], x[..., width:]
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], -1)


def positions(mask):
    return (mask.cumsum(1) - 1).clamp(min=0)


def gpt2(c, w, ids, mask):
    d = c["n_embd"]
    x = w.normal("wte.weight", c["vocab_size"], d)[ids]
    x = x + w.normal("wpe.weight", c["n_positions"], d)[positions(mask)]

    def conv(x, name, out):  # held as [in, out]
        return x @ w.normal(name + ".weight", x.size(-1), out) + w.normal(name + ".bias", out)

    for i in range(c["n_layer"]):
        h = f"h.{i}."
        context = c["n_positions"]  # released files hold the causal mask too
        w[h + "attn.bias"] = torch.ones(context, context).tril().view(1, 1, context, context)
        n = w.layer_norm(x, h + "ln_1", c["layer_norm_epsilon"])
        q, k, v = (heads(t, c["n_head"]) for t in conv(n, h + "attn.c_attn", 3 * d).chunk(3, -1))
        x = x + conv(attention(q, k, v, mask), h + "attn.c_proj", d)
        n = w.layer_norm(x, h + "ln_2", c["layer_norm_epsilon"])
        x = x + conv(gelu_new(conv(n, h + "mlp.c_fc", 4 * d)), h + "mlp.c_proj", d)
    return w.layer_norm(x, "ln_f", c["layer_norm_epsilon"]) @ w["wte.weight"].T


def opt(c, w, ids, mask):
    d, narrow = c["hidden_size"], c["word_embed_proj_dim"]
    before = c["do_layer_norm_before"]
    body = c["prefix"]
    x = w.normal(body + "embed_tokens.weight", c["vocab_size"], narrow)[ids]
    if narrow != d:
        x = w.linear(x, body + "project_in", d, False)
    table = w.normal(body + "embed_positions.weight", c["max_position_embeddings"] + 2, d)
    x = x + table[mask.cumsum(1) * mask - 1 + 2]
    for i in range(c["num_hidden_layers"]):
        layer = f"{body}layers.{i}."

        def norm1(x):
            return w.layer_norm(x, layer + "self_attn_layer_norm", 1e-5)

        def norm2(x):
            return w.layer_norm(x, layer + "final_layer_norm", 1e-5)

        def attend(x):
            q, k, v = (
                heads(w.linear(x, f"{layer}self_attn.{p}_proj", d), c["num_attention_heads"])
                for p in "qkv"
            )
            return w.linear(attention(q, k, v, mask), layer + "self_attn.out_proj", d)

        def mlp(x):
            return w.linear(F.relu(w.linear(x, layer + "fc1", c["ffn_dim"])), layer + "fc2", d)

        if before:
            x = x + attend(norm1(x))
            x = x + mlp(norm2(x))
        else:
            x = norm1(x + attend(x))
            x = norm2(x + mlp(x))
    if before:
        x = w.layer_norm(x, body + "final_layer_norm", 1e-5)
    if narrow != d:
        x = w.linear(x, body + "project_out", narrow, False)
    if c["copy"]:
        w["lm_head.weight"] = w[body + "embed_tokens.weight"]
    return x @ w[body + "embed_tokens.weight"].T


def phi(c, w, ids, mask):
    d, count, eps = c["hidden_size"], c["num_attention_heads"], c["layer_norm_eps"]
    width = int(d // count * c["partial_rotary_factor"])
    x = w.normal("model.embed_tokens.weight", c["vocab_size"], d)[ids]
    for i in range(c["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        n = w.layer_norm(x, layer + "input_layernorm", eps)
        q, k, v = (heads(w.linear(n, f"{layer}self_attn.{p}_proj", d), count) for p in "qkv")
        q, k = (turned(t, positions(mask), c["rope_theta"], width) for t in (q, k))
        mixed = w.linear(attention(q, k, v, mask), layer + "self_attn.dense", d)
        wide = gelu_new(w.linear(n, layer + "mlp.fc1", c["intermediate_size"]))
        x = x + mixed + w.linear(wide, layer + "mlp.fc2", d)
    x = w.layer_norm(x, "model.final_layernorm", eps)
    return w.linear(x, "lm_head", c["vocab_size"])


def mistral(c, w, ids, mask):
    """Phi-3 too, of which some matrices are joined."""
    d, count, shared = c["hidden_size"], c["num_attention_heads"], c["num_key_value_heads"]
    eps, inner = c["rms_norm_eps"], c["intermediate_size"]
    width = c.get("head_dim", d // count)
    joined = c["model_type"] == "phi3"
    x = w.normal("model.embed_tokens.weight", c["vocab_size"], d)[ids]
    for i in range(c["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        n = w.rms_norm(x, layer + "input_layernorm", eps)
        sizes = [count * width, shared * width, shared * width]
        if joined:
            q, k, v = w.linear(n, layer + "self_attn.qkv_proj", sum(sizes), False).split(sizes, -1)
        else:
            q, k, v = (
                w.linear(n, f"{layer}self_attn.{p}_proj", size, False)
                for p, size in zip("qkv", sizes)
            )
        q, k, v = heads(q, count), heads(k, shared), heads(v, shared)
        q, k = (turned(t, positions(mask), c["rope_theta"], width) for t in (q, k))
        mixed = attention(q, k, v, mask, c["sliding_window"])
        x = x + w.linear(mixed, layer + "self_attn.o_proj", d, False)
        n = w.rms_norm(x, layer + "post_attention_layernorm", eps)
        if joined:
            gate, up = w.linear(n, layer + "mlp.gate_up_proj", 2 * inner, False).chunk(2, -1)
        else:
            gate = w.linear(n, layer + "mlp.gate_proj", inner, False)
            up = w.linear(n, layer + "mlp.up_proj", inner, False)
        x = x + w.linear(F.silu(gate) * up, layer + "mlp.down_proj", d, False)
    x = w.rms_norm(x, "model.norm", eps)
    return w.linear(x, "lm_head", c["vocab_size"], False)


def make(folder, model, config, **hints):
    weights = Weights(0.25)
    settings = {**config, **hints}

    def logits(ids, mask=None):
        mask = torch.ones_like(ids) if mask is None else mask
        return model(settings, weights, ids, mask)

    ids = torch.randint(0, config["vocab_size"], (2, 11))
    made = logits(ids)
    text = ids
    for _ in range(8):
        text = torch.cat([text, logits(text)[:, -1:].argmax(-1)], 1)

    # Padding in front takes no positions and is not seen.
    mask = torch.tensor([[0, 0, 0] + [1] * 11] * 2)
    padded = logits(torch.cat([ids[:, :3], ids], 1), mask)[:, 3:]
    assert torch.allclose(padded, made, atol=1e-5), (folder, (padded - made).abs().max())

    os.makedirs(folder + "/expected", exist_ok=True)
    with open(folder + "/config.json", "w") as file:
        json.dump(config, file, indent=1)
        file.write("\n")
    write(folder + "/model.safetensors", weights, {"format": "pt"})
    expected = {"input_ids": ids, "logits": made, "greedy_ids": text[:, 11:]}
    names = {"inputs": "input_ids", "outputs": "logits,greedy_ids"}
    write(folder + "/expected/forward.safetensors", expected, names)
    print(folder, "logits of deviation", made.std().item())


torch.manual_seed(0)
make("gpt2", gpt2, {
    "model_type": "gpt2", "vocab_size": 64, "n_positions": 24, "n_ctx": 24, "n_embd": 24, "n_layer": 2,
    "n_head": 3, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "attn_pdrop": 0.1,
    "embd_pdrop": 0.1, "resid_pdrop": 0.1, "bos_token_id": 63, "eos_token_id": 63})
OPT = {
    "model_type": "opt", "vocab_size": 64, "max_position_embeddings": 24, "hidden_size": 24,
    "word_embed_proj_dim": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "ffn_dim": 48,
    "activation_function": "relu", "do_layer_norm_before": True, "_remove_final_layer_norm": False,
    "dropout": 0.1, "attention_dropout": 0.0, "bos_token_id": 2, "eos_token_id": 2, "pad_token_id": 1}
make("opt", opt, OPT, prefix="model.decoder.", copy=True)
make("opt-350m", opt, {**OPT, "do_layer_norm_before": False, "word_embed_proj_dim": 16},
     prefix="decoder.", copy=False)
make("phi", phi, {
    "model_type": "phi", "vocab_size": 64, "max_position_embeddings": 24, "hidden_size": 30,
    "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": None,
    "intermediate_size": 48, "hidden_act": "gelu_new", "layer_norm_eps": 1e-5,
    "partial_rotary_factor": 0.4, "rope_theta": 10000.0, "qk_layernorm": False, "eos_token_id": 63})
MISTRAL = {
    "vocab_size": 64, "max_position_embeddings": 24, "hidden_size": 32, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 48, "hidden_act": "silu",
    "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "sliding_window": 4, "eos_token_id": 2}
make("mistral", mistral, {**MISTRAL, "model_type": "mistral", "head_dim": 6})
make("phi3", mistral, {**MISTRAL, "model_type": "phi3", "rope_scaling": None})
