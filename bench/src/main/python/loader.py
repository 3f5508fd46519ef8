"""Batches of pictures from WebDataset tars through PyTorch's DataLoader, to time side by side.

Arguments: folder of tars, side of the crop, batch, workers, epochs. Every worker reads its share of
the shards in turn, mixes the samples in a buffer, decodes (Pillow), cuts the middle out and
normalises. Prints one line of JSON: the pictures a second of the last epoch.
"""

import glob
import io
import json
import random
import sys
import tarfile
import time

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


class Shards(IterableDataset):
    def __init__(self, folder, side, buffer=1000):
        self.files = sorted(glob.glob(folder + "/*.tar"))
        self.side = side
        self.buffer = buffer

    def __iter__(self):
        info = get_worker_info()
        files = self.files[info.id :: info.num_workers]
        random.shuffle(files)
        held = []
        for sample in self.samples(files):
            if len(held) < self.buffer:
                held.append(sample)
                continue
            i = random.randrange(self.buffer)
            held[i], sample = sample, held[i]
            yield self.prepare(*sample)
        random.shuffle(held)
        for sample in held:
            yield self.prepare(*sample)

    def samples(self, files):
        for file in files:
            with tarfile.open(file, "r|") as tar:
                picture = None
                for member in tar:
                    data = tar.extractfile(member).read()
                    if member.name.endswith(".jpg"):
                        picture = data
                    elif member.name.endswith(".txt"):
                        yield picture, data.decode()

    def prepare(self, picture, text):
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        left = (image.width - self.side) // 2
        top = (image.height - self.side) // 2
        image = image.crop((left, top, left + self.side, top + self.side))
        pixels = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous().float()
        return pixels.div_(255).sub_(MEAN).div_(STD), text


def main():
    folder = sys.argv[1]
    side, batch, workers, epochs = (int(x) for x in sys.argv[2:6])
    loader = DataLoader(
        Shards(folder, side), batch, num_workers=workers, persistent_workers=True, prefetch_factor=2
    )
    for _ in range(epochs):
        count = 0
        start = time.perf_counter()
        for pixels, texts in loader:
            count += len(texts)
        seconds = time.perf_counter() - start
    print(json.dumps({"pictures_per_second": count / seconds, "pictures": count}))


main()
