"""Makes small pictures and what Pillow makes of them by recipe: pillow-recipes.zip.

Run with Pillow 9.4 and NumPy: python3 core/src/test/python/pillow_recipes.py
The geometry is that of torchvision and OpenCLIP, written out. Names are
MODE-FILTER-RESIZED-RESULT-PICTURE.ppm.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

OUT = Path(__file__).parents[1] / "resources/io/vlm4j/image/pillow-recipes.zip"
FILTERS = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")
FILL = 77
rng = np.random.default_rng(21)


def keep_ratio(image, box, longest):
    ratios = image.height / box[1], image.width / box[0]
    ratio = max(ratios) if longest else min(ratios)
    return round(image.width / ratio), round(image.height / ratio)


def centre(image, box):
    padded = max(image.width, box[0]), max(image.height, box[1])
    ground = Image.new("RGB", padded, (FILL, FILL, FILL))
    ground.paste(image, ((padded[0] - image.width) // 2, (padded[1] - image.height) // 2))
    left, top = (int(round((p - b) / 2.0)) for p, b in zip(padded, box))
    return ground.crop((left, top, left + box[0], top + box[1]))


def prepare(image, mode, filter, resized, result):
    if mode == "squash":
        size = resized
    elif mode == "shortest" and resized[0] == resized[1]:
        s, w, h = resized[0], image.width, image.height
        size = (s, int(s * h / w)) if w <= h else (int(s * w / h), s)
    elif mode == "crop":
        size = image.size
    else:
        size = keep_ratio(image, resized, mode == "longest")
    return centre(image.resize(size, getattr(Image.Resampling, filter.upper())), result)


def main():
    sizes = ((37, 23), (20, 41), (64, 63), (5, 9))
    pictures = {f"p{i}": Image.fromarray(rng.integers(0, 256, (h, w, 3), np.uint8)) for i, (w, h) in enumerate(sizes)}
    recipes = [
        (mode, filter, resized, result)
        for filter in FILTERS
        for mode, resized, result in (
            ("shortest", (12, 12), (12, 12)),
            ("shortest", (15, 15), (11, 10)),
            ("shortest", (13, 8), (13, 8)),
            ("squash", (9, 12), (9, 12)),
            ("squash", (10, 11), (8, 9)),
            ("longest", (12, 12), (12, 12)),
            ("longest", (8, 13), (8, 13)),
        )
    ] + [("crop", "nearest", (5, 6), (5, 6))]
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:

        def put(name, image):
            data = io.BytesIO()
            image.save(data, "PPM")
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            out.writestr(info, data.getvalue(), zipfile.ZIP_DEFLATED)

        for name, image in pictures.items():
            put(name, image)
            for mode, filter, resized, result in recipes:
                size = "%dx%d-%dx%d" % (*resized, *result)
                put(f"{mode}-{filter}-{size}-{name}.ppm", prepare(image, mode, filter, resized, result))


main()
