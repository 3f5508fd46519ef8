"""The systems of vlm4j written in plain PyTorch, to time training steps side by side. Each is in a
file of its own, named after its family, and computes what ours does in the way of its usual public
implementation.

Arguments: model configuration (JSON), batch, tokens of the shortest and of the longest text,
precision, threads, warm-up steps, timed steps, "train" or "embed" (only the features of the
pictures, without gradients; CLIP).
Prints one line of JSON: the median step in milliseconds, the peak resident memory in MB, the number
of parameters that are trained and of values that a model folder holds, and the losses of the first
step.
"""

import importlib
import json
import resource
import sys
import time

import torch
from torch import nn

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


def create(config):
    return importlib.import_module(config["family"]).create(config)


def sizes(model):
    """What is trained, and what a model folder holds: no discriminator, but frozen parts."""
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    state = model.state_dict()
    held = sum(t.numel() for n, t in state.items() if not n.startswith("discriminator."))
    return {"parameters": trained, "weights": held}


def pictures(model, count):
    values = torch.rand(count, 3, model.side, model.side)
    return values if model.unit else (values - MEAN) / STD


def texts(model, count, shortest, longest):
    context = model.context
    ids = 1 + (torch.arange(count * context) * 7919 % 499).view(count, context)
    lengths = (shortest + torch.arange(count) % (longest - shortest + 1)).unsqueeze(1)
    end = model.vocabulary - 1
    place = torch.arange(context)
    ids[place == lengths - 1] = end
    ids[place >= lengths] = end if model.pads_with_end else 0
    return ids[:, :longest] if model.trims else ids


def optimizer(parameters):
    decayed = [p for p in parameters if p.ndim >= 2]
    plain = [p for p in parameters if p.ndim < 2]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.2}, {"params": plain, "weight_decay": 0.0}],
        lr=5e-4,
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )


def steps(model, batch, precision):
    """A step that trains the model: losses by name."""
    turns = [(parameters, losses, optimizer(parameters)) for parameters, losses in model.objectives()]

    def step():
        found = {}
        for own, losses_of, adam in turns:
            if len(turns) > 1:
                for parameters, _, _ in turns:
                    for p in parameters:
                        p.requires_grad_(parameters is own)
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
                losses = losses_of(*batch)
            if not losses:
                continue
            adam.zero_grad(set_to_none=True)
            sum(losses.values()).backward()
            nn.utils.clip_grad_norm_(own, 1.0)
            adam.step()
            found |= losses
        model.after_step()
        return {name: loss.item() for name, loss in found.items()}

    return step


def main():
    config = json.loads(sys.argv[1])
    batch, shortest, longest = (int(x) for x in sys.argv[2:5])
    precision = sys.argv[5]
    threads, warm, timed = (int(x) for x in sys.argv[6:9])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = create(config)
    result = sizes(model)
    pixels = pictures(model, batch) if model.side else None
    ids = texts(model, batch, shortest, longest) if model.context else None

    def embed():
        with torch.inference_mode():
            model.image_features(pixels)

    work = embed if sys.argv[9] == "embed" else steps(model, (pixels, ids), precision)
    times = []
    for i in range(warm + timed):
        start = time.perf_counter()
        losses = work()
        if i == 0:
            result["losses"] = losses
        if i >= warm:
            times.append((time.perf_counter() - start) * 1e3)
    times.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1000000
    print(json.dumps(result | {"ms": times[timed // 2], "peak_mb": peak}))


if __name__ == "__main__":
    main()
