"""Makes the files of this folder with PyTorch (2.13): python make.py"""

import collections
import os

import numpy
import torch

torch.manual_seed(0)


def counting(*shape, dtype=torch.float32):
    """0, 1, 2, ... in row-major order."""
    count = int(numpy.prod(shape))
    return torch.arange(count).reshape(shape).to(dtype)


# What nn.Module.state_dict() gives: an OrderedDict with a history.
layer = torch.nn.Linear(3, 2)
layer.weight.data = counting(2, 3)
layer.bias.data = counting(2) + 10
model = torch.nn.Sequential(collections.OrderedDict(fc=layer, norm=torch.nn.BatchNorm1d(2)))
torch.save(model.state_dict(), "state.pt")
torch.save(model.state_dict(), "state-protocol4.pt", pickle_protocol=4)
torch.save(model.state_dict(), "state-legacy.pt", _use_new_zipfile_serialization=False)
torch.save(dict(model.named_parameters()), "parameters.pt")

# Every number format: 0 to 5 as [2, 3], a scalar 1, and an empty [0, 4].
types = ("float64 float32 float16 bfloat16 float8_e4m3fn float8_e5m2 int64 int32 int16 int8"
         " uint64 uint32 uint16 uint8").split()
tensors = {}
for name in types:
    dtype = getattr(torch, name)
    tensors[name + ".matrix"] = counting(2, 3, dtype=dtype)
    tensors[name + ".scalar"] = torch.tensor(1.0).to(dtype)
    tensors[name + ".empty"] = torch.empty(0, 4, dtype=dtype)
tensors["bool.matrix"] = counting(2, 3, dtype=torch.int64) % 2 == 1
torch.save(tensors, "types.pt")

# Views of one storage of 0 to 23, and one of a single value.
base = counting(4, 6)
views = {
    "base": base,
    "transposed": base.t(),
    "row": base[2],
    "column": base[:, 1],
    "inner": base[1:3, 2:5],
    "every other": base[::2, ::3],
    "last": base[3, 5],
    "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
    "one column of many": base[:, 5:6],
    "expanded": torch.tensor([7.0]).expand(3, 2),
}
torch.save(views, "views.pt")
torch.save(views, "views-legacy.pt", _use_new_zipfile_serialization=False)

# A training checkpoint as OpenCLIP writes it, from data-parallel training.
small = torch.nn.Linear(2, 1)
optimizer = torch.optim.AdamW(small.parameters())
small(torch.ones(1, 2)).sum().backward()
optimizer.step()
torch.save(
    {
        "epoch": 3,
        "name": "a run",
        "state_dict": {"module.a": counting(2), "module.b.c": counting(3)},
        "optimizer": optimizer.state_dict(),
        "scaler": {"scale": 65536.0, "growth_factor": 2.0, "_growth_tracker": 0},
    },
    "checkpoint.pt",
)


# TorchScript, the form in which OpenAI published CLIP.
class Tower(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.width = 3
        self.layer = torch.nn.Linear(3, 2, bias=False)
        self.layer.weight.data = counting(2, 3)
        self.register_buffer("size", torch.tensor(224))

    def forward(self, x):
        return self.layer(x)


class Towers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = Tower()
        self.logit_scale = torch.nn.Parameter(torch.tensor(2.5))

    def forward(self, x):
        return self.visual(x) * self.logit_scale


torch.jit.script(Towers().half()).save("script.pt")


# What must be refused: a call of the system, NumPy's numbers, a whole module, no tensors.
class Evil:
    def __reduce__(self):
        return os.system, ("touch evil",)


torch.save({"state_dict": {"a": counting(2)}, "payload": Evil()}, "evil.pt")
torch.save({"a": counting(2), "loss": numpy.float64(0.5)}, "numpy.pt")
torch.save(torch.nn.Linear(2, 1), "module.pt")
torch.save({"epoch": 3, "losses": [0.5]}, "nothing.pt")
