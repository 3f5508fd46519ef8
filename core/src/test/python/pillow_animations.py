"""Makes animated image files and what Pillow reads in them: pillow-animations.zip.

Run with Pillow 12.3: python3 core/src/test/python/pillow_animations.py
NAME is a file, NAME.K.ppm its frame K as convert("RGB") gives it, NAME.milliseconds what each is
shown for, in one line.
"""

import io
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw

OUT = Path(__file__).parents[1] / "resources/io/vlm4j/image/pillow-animations.zip"
MILLISECONDS = [100, 250, 40, 1000]
SIZE = (40, 30)


def frames(clear):
    """A square that moves, a disc that grows; on a ground that changes, or on nothing."""
    for i in range(len(MILLISECONDS)):
        ground = (0, 0, 0, 0) if clear else (200, 40 * i, 30, 255)
        image = Image.new("RGBA", SIZE, ground)
        draw = ImageDraw.Draw(image)
        draw.rectangle([5 + 4 * i, 5, 15 + 4 * i, 15], fill=(10, 200, 60 * i, 255))
        draw.ellipse([2, 16, 12 + 3 * i, 26], fill=(255, 255 - 50 * i, 0, 255))
        yield image


def saved(format, clear=False, **options):
    first, *rest = frames(clear)
    out = io.BytesIO()
    options = {"duration": MILLISECONDS, **options}
    first.save(out, format, save_all=True, append_images=rest, loop=0, **options)
    return out.getvalue()


def still(format, **options):
    out = io.BytesIO()
    next(frames(False)).convert("RGB").save(out, format, **options)
    return out.getvalue()


files = {f"disposal-{d}.gif": saved("GIF", disposal=d) for d in range(4)}
files |= {f"clear-{d}.gif": saved("GIF", clear=True, disposal=d) for d in range(4)}
files |= {
    "no-time.gif": saved("GIF", duration=0),
    "opaque.webp": saved("WEBP", lossless=True),
    "clear.webp": saved("WEBP", clear=True, lossless=True),
    "lossy.webp": saved("WEBP", quality=80),
    "opaque.png": saved("PNG"),
    "clear.png": saved("PNG", clear=True),
    "still.gif": still("GIF"),
    "still.webp": still("WEBP", lossless=True),
    "still.png": still("PNG"),
}
with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED) as archive:

    def add(name, body):
        archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)

    for name, body in files.items():
        add(name, body)
        image = Image.open(io.BytesIO(body))
        times = []
        for k in range(getattr(image, "n_frames", 1)):
            image.seek(k)
            image.load()
            times.append(str(int(image.info.get("duration") or 0)))
            ppm = io.BytesIO()
            image.convert("RGB").save(ppm, "PPM")
            add(f"{name}.{k}.ppm", ppm.getvalue())
        add(f"{name}.milliseconds", " ".join(times))
