"""Writes positions.json: tables of positions of another grid size, by PyTorch's interpolation."""

import json
import sys

import torch
import torch.nn.functional as F


def resized(table, leading, side):
    old = int((len(table) - leading) ** 0.5)
    grid = table[leading:].reshape(1, old, old, -1).permute(0, 3, 1, 2)
    grid = F.interpolate(
        grid, size=(side, side), mode="bicubic", align_corners=False, antialias=True)
    grid = grid.permute(0, 2, 3, 1).reshape(side * side, -1)
    return torch.cat([table[:leading], grid])


torch.manual_seed(0)
cases = []
for leading, old, new in ((1, 4, 7), (1, 7, 3), (0, 5, 8), (0, 6, 4)):
    table = torch.randn(leading + old * old, 3)
    cases.append({
        "leading": leading,
        "table": table.tolist(),
        "resized": resized(table, leading, new).tolist(),
    })
with open(sys.argv[1], "w") as file:
    json.dump(cases, file)
