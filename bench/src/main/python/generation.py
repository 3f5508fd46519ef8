"""Greedy texts with kept keys and values in plain PyTorch, to time side by side.

Arguments: model configuration (JSON), rows, tokens of the prompt, tokens to write, threads, texts to
warm up, timed texts.
Prints one line of JSON: the tokens that are written in a second (the median), the peak resident
memory in MB, and the numbers that twin.py prints of the model.
"""

import json
import resource
import sys
import time

import torch

from twin import create, pictures, sizes


@torch.inference_mode()
def write(model, pixels, prompts, count):
    kept = model.begin(pixels)
    ids = prompts
    texts = prompts
    for _ in range(count):
        ids = model.next(ids, kept).float().argmax(-1, keepdim=True)
        texts = torch.cat([texts, ids], 1)
    return texts.tolist()


def main():
    config = json.loads(sys.argv[1])
    rows, length, count, threads, warm, timed = (int(x) for x in sys.argv[2:8])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = create(config)
    result = sizes(model)
    model.eval()
    pixels = pictures(model, rows) if config["family"] == "coca" else None
    prompts = 1 + (torch.arange(rows * length) * 7919 % 499).view(rows, length)
    if config["family"] == "chameleon":
        prompts[:, -1] = model.vocabulary + model.codes  # a picture begins
    rates = []
    for i in range(warm + timed):
        start = time.perf_counter()
        write(model, pixels, prompts, count)
        if i >= warm:
            rates.append(rows * count / (time.perf_counter() - start))
    rates.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1000000
    print(json.dumps(result | {"tokens_per_second": rates[timed // 2], "peak_mb": peak}))


main()
