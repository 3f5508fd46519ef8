"""From the bytes of an image file to CLIP's input with Pillow and NumPy, to time side by side.

Arguments: file, repetitions. Prints the mean processor time in milliseconds, after as many
repetitions to warm up.
"""

import io
import sys
import time

import numpy as np
from PIL import Image

SIDE = 224
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def prepare(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    w, h = image.size
    size = (SIDE, int(SIDE * h / w)) if w <= h else (int(SIDE * w / h), SIDE)
    image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = round((size[0] - SIDE) / 2), round((size[1] - SIDE) / 2)
    image = image.crop((left, top, left + SIDE, top + SIDE))
    values = (np.asarray(image, np.float32) / 255 - MEAN) / STD
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def main():
    data = open(sys.argv[1], "rb").read()
    repetitions = int(sys.argv[2])
    start = 0
    for i in range(2 * repetitions):
        if i == repetitions:
            start = time.process_time()
        prepare(data)
    print((time.process_time() - start) * 1e3 / repetitions)


main()
