"""A Llama in plain PyTorch (llama.py), to time reading and writing one text side by side.

Arguments: configuration (JSON), precision (f32, bf16 or int8), threads, tokens of the prompt before
writing, tokens to write, tokens of the long prompt. In int8 activations are bf16: up to 16 rows by
torch's own product with 8 bits, more by the matrix widened as a whole. Prints one line of JSON.
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

from llama import create
from twin import sizes

FEW = 16


class Int8Linear(nn.Module):
    def __init__(self, weight):
        super().__init__()
        scales = weight.float().abs().amax(1, keepdim=True) / 127
        self.weight = nn.Parameter((weight / scales).round().to(torch.int8), requires_grad=False)
        self.register_buffer("scales", scales.squeeze(1).bfloat16())

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        if len(rows) <= FEW:
            y = torch._weight_int8pack_mm(rows.contiguous(), self.weight, self.scales)
        else:
            y = F.linear(rows, self.weight.to(x.dtype)) * self.scales
        return y.view(*x.shape[:-1], -1)


class Int8Rows(nn.Module):
    """The table of tokens, looked up in the output's matrix."""

    def __init__(self, output):
        super().__init__()
        self.output = [output]  # whose tensors are not counted again

    def forward(self, ids):
        output = self.output[0]
        return F.embedding(ids, output.weight).bfloat16() * output.scales[ids].unsqueeze(-1)


def quantise(module):
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, Int8Linear(child.weight.detach()))
        else:
            quantise(child)


def model_of(config, precision):
    # Made in the type in which it is held; for int8 a matrix at a time is made of bf16.
    torch.set_default_dtype(torch.float32 if precision == "f32" else torch.bfloat16)
    model = create(config)
    torch.set_default_dtype(torch.float32)
    if precision == "int8":
        decoder = model.decoder
        decoder.head = Int8Linear(decoder.tokens.weight.detach())  # the table is tied
        decoder.tokens = Int8Rows(decoder.head)
        quantise(decoder)
    return model.eval()


WARM = 32  # tokens; as many as on the other side


def ids(count):
    return 1 + (torch.arange(count) * 7919 % 499).view(1, count)


def main():
    config = json.loads(sys.argv[1])
    precision = sys.argv[2]
    threads, prompt, written, long_prompt = (int(x) for x in sys.argv[3:7])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    with torch.inference_mode():
        model = model_of(config, precision)

        def write(count):
            kept = model.begin(None)
            following = model.next(ids(prompt), kept).argmax(-1, keepdim=True)
            start = time.perf_counter()
            for _ in range(count):
                following = model.next(following, kept).argmax(-1, keepdim=True)
            return time.perf_counter() - start

        def read():
            start = time.perf_counter()
            model.next(ids(long_prompt), model.begin(None)).argmax().item()
            return time.perf_counter() - start

        write(WARM)
        speed = written / write(written)
        read()
        prefill = read()
    state = model.state_dict().values()
    weights = sum(t.numel() * t.element_size() for t in state)
    kept = 2 * config["layers"] * config["keyValueHeads"] * config["headWidth"]
    kept *= 4 if precision == "f32" else 2
    result = sizes(model)
    result["parameters"] = sum(p.numel() for p in model.parameters())
    result |= {
        "tokens_per_second": speed,
        "prefill_seconds": prefill,
        "read_gb_per_token": (weights + kept * (prompt + written // 2)) / 1e9,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1000000,
    }
    print(json.dumps(result))


main()
