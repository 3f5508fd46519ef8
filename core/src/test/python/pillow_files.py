"""Makes image files of many kinds and what Pillow reads in them: pillow-files.zip.

Run with Pillow 9.4 and NumPy: python3 core/src/test/python/pillow_files.py
NAME is a file, NAME.ppm is Image.open(NAME).convert("RGB") and NAME.upright.ppm the same after
ImageOps.exif_transpose.
"""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

OUT = Path(__file__).parents[1] / "resources/io/vlm4j/image/pillow-files.zip"
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
rng = np.random.default_rng(20)
W, H = 13, 10


def picture(w=W, h=H):
    """Smooth colours, some noise."""
    y, x = np.mgrid[0:h, 0:w]
    rgb = np.stack([x * 255 / max(w - 1, 1), y * 255 / max(h - 1, 1), (x * 9 + y * 5) % 256], -1)
    return Image.fromarray(np.clip(rgb + rng.normal(0, 8, rgb.shape), 0, 255).astype(np.uint8))


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(kind, bits, w=W, h=H, interlaced=False, extra=b""):
    """Random values; a random filter in every row (the values are what comes out of it)."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = b""
    for x0, y0, dx, dy in passes:
        columns = -(-(w - x0) // dx)
        for _ in range(y0, h, dy):
            if columns > 0:
                size = (columns * channels * bits + 7) // 8
                raw += bytes([int(rng.integers(5))]) + rng.integers(0, 256, size, np.uint8).tobytes()
    data = zlib.compress(raw)
    half = len(data) // 2
    header = struct.pack(">IIBBBBB", w, h, bits, kind, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
        + chunk(b"IDAT", data[:half]) + chunk(b"IDAT", data[half:]) + chunk(b"IEND", b"")
    )


def palette(count):
    return chunk(b"PLTE", rng.integers(0, 256, 3 * count, np.uint8).tobytes())


def bmp(bits, compression, data, header=40, colours=b"", height=H, masks=b""):
    if header == 12:
        info = struct.pack("<IHHHH", 12, W, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", 40, W, height, 1, bits, compression, 0, 0, 0, 0, 0) + masks
    start = 14 + len(info) + len(colours)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + info + colours + data


def rows(bits):
    return rng.integers(0, 256, (W * bits + 31) // 32 * 4 * H, np.uint8).tobytes()


def rle8():
    out = b""
    for _ in range(H):
        left = W
        while left:
            n = min(left, int(rng.integers(1, 9)))
            values = rng.integers(0, 256, n, np.uint8).tobytes()
            out += bytes([0, n]) + values + b"\0" * (n % 2) if n >= 3 else bytes([n, values[0]])
            left -= n
        out += b"\0\0"
    return out + b"\0\1"


def rle4():
    return b"".join(bytes([5, 0x5A, 0, 4, 0x12, 0xF4, 4, 0x3C, 0, 0]) for _ in range(H)) + b"\0\1"


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def jpegs(files):
    p = picture()
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        files[f"rgb-{name}.jpg"] = saved(p, "JPEG", quality=80, subsampling=sampling)
        files[f"progressive-{name}.jpg"] = saved(p, "JPEG", subsampling=sampling, progressive=True)
    files["grey.jpg"] = saved(p.convert("L"), "JPEG")
    files["one.jpg"] = saved(picture(1, 1), "JPEG")
    cmyk = saved(Image.merge("CMYK", [*p.split(), p.convert("L")]), "JPEG", quality=95)
    files["cmyk.jpg"] = cmyk
    adobe = cmyk.index(b"Adobe") + 11
    files["ycck.jpg"] = cmyk[:adobe] + b"\2" + cmyk[adobe + 1 :]
    plain = files["rgb-444.jpg"]
    start = 4 + struct.unpack(">H", plain[4:6])[0]  # behind the JFIF segment
    for name, transform in (("rgb", 0), ("ycc", 1)):
        marker = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
        files[f"adobe-{name}.jpg"] = plain[:2] + marker + plain[start:]
    files["no-jfif.jpg"] = plain[:2] + plain[start:]
    files["more-behind.jpg"] = files["rgb-420.jpg"] + b"more" * 9
    files["restarts.jpg"] = saved(p, "JPEG", optimize=True)
    for orientation in range(1, 9):
        files[f"turned-{orientation}.jpg"] = saved(p, "JPEG", exif=exif(orientation))


def pngs(files):
    for kind, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
        for bits in depths:
            colours = palette(1 << bits) if kind == 3 else b""
            files[f"png-{kind}-{bits}.png"] = png(kind, bits, extra=colours)
            files[f"png-{kind}-{bits}-i.png"] = png(kind, bits, interlaced=True, extra=colours)
    files["one-i.png"] = png(2, 8, 1, 1, True)
    files["three-i.png"] = png(0, 1, 3, 2, True)
    files["transparent.png"] = png(3, 8, extra=palette(256) + chunk(b"tRNS", bytes(range(256))))
    files["transparent-grey.png"] = png(0, 8, extra=chunk(b"tRNS", b"\0\x40"))
    files["short-palette.png"] = png(3, 8, extra=palette(100))
    files["gamma.png"] = png(2, 8, extra=chunk(b"gAMA", struct.pack(">I", 100_000)))
    files["small-grey16.png"] = saved(Image.fromarray((np.mgrid[0:H, 0:W][1] * 20).astype(np.int32)), "PNG")
    files["turned.png"] = saved(picture(), "PNG", exif=exif(6))


def webps(files):
    p = picture()
    clear = p.copy()
    clear.putalpha(p.convert("L"))
    files["lossy.webp"] = saved(p, "WEBP", quality=70)
    files["lossless.webp"] = saved(p, "WEBP", lossless=True)
    files["lossy-alpha.webp"] = saved(clear, "WEBP", quality=70)
    files["lossless-alpha.webp"] = saved(clear, "WEBP", lossless=True, exact=True)
    files["animated.webp"] = saved(p, "WEBP", save_all=True, append_images=[picture(), picture()])
    files["animated-alpha.webp"] = saved(clear, "WEBP", save_all=True, append_images=[picture()])
    files["turned.webp"] = saved(p, "WEBP", exif=exif(8))
    animated = bytearray(files["animated.webp"])
    canvas = animated.index(b"VP8X") + 12
    animated[canvas] = W + 9  # the frame covers a part of the canvas
    frame = animated.index(b"ANMF") + 8
    animated[frame] = 2
    files["animated-part.webp"] = bytes(animated)


def gifs(files):
    p = picture().quantize(200)
    files["palette.gif"] = saved(p, "GIF", interlace=0)
    files["interlaced.gif"] = saved(p, "GIF", interlace=1)
    files["few.gif"] = saved(picture().quantize(5), "GIF", optimize=True)
    files["grey.gif"] = saved(picture().convert("L"), "GIF")
    files["transparent.gif"] = saved(p, "GIF", transparency=7)
    files["animated.gif"] = saved(p, "GIF", save_all=True, append_images=[picture().quantize(9)])
    files["large.gif"] = saved(picture(90, 70).quantize(256), "GIF")
    for name in ("palette", "transparent"):
        wide = bytearray(files[f"{name}.gif"])
        wide[6] = W + 5
        wide[8] = H + 3
        files[f"{name}-part.gif"] = bytes(wide)


def bmps(files):
    p = picture()
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        files[f"{mode}.bmp"] = saved(p.convert(mode), "BMP")
    colours = rng.integers(0, 256, 1024, np.uint8).tobytes()
    files["16.bmp"] = bmp(16, 0, rows(16))
    files["565.bmp"] = bmp(16, 3, rows(16), masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    files["fields.bmp"] = bmp(32, 3, rows(32), masks=struct.pack("<III", 0xFF0000, 0xFF00, 0xFF))
    files["down.bmp"] = bmp(24, 0, rows(24), height=-H)
    files["4.bmp"] = bmp(4, 0, rows(4), colours=colours[:64])
    files["old.bmp"] = bmp(8, 0, rows(8), header=12, colours=colours[:768])
    files["rle8.bmp"] = bmp(8, 1, rle8(), colours=colours)
    files["rle4.bmp"] = bmp(4, 2, rle4(), colours=colours[:64])


def tiffs(files):
    p = picture()
    clear = p.copy()
    clear.putalpha(p.convert("L"))
    grey16 = Image.fromarray((np.asarray(p.convert("L")).astype(np.uint16) * 3))
    modes = {m: p.convert(m) for m in ("1", "L", "P", "RGB", "CMYK", "F", "I")}
    modes |= {"RGBA": clear, "LA": clear.convert("LA"), "I16": grey16}
    for name, image in modes.items():
        files[f"{name}.tiff"] = saved(image, "TIFF")
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        for mode in ("1", "L", "P", "RGB", "RGBA", "I16"):
            files[f"{mode}-{compression}.tiff"] = saved(modes[mode], "TIFF", compression=compression)
    files["group4.tiff"] = saved(modes["1"], "TIFF", compression="group4")
    files["jpeg-grey.tiff"] = saved(modes["L"], "TIFF", compression="jpeg", quality=90)
    files["jpeg.tiff"] = saved(p, "TIFF", compression="jpeg", quality=90)
    files["predictor.tiff"] = saved(p, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    files["white-is-zero.tiff"] = saved(modes["L"], "TIFF", tiffinfo={262: 0})
    files["held.tiff"] = saved(p, "TIFF", tiffinfo={274: 3})


def main():
    files = {}
    for make in (jpegs, pngs, webps, gifs, bmps, tiffs):
        make(files)
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:

        def put(name, data):
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)

        for name, data in files.items():
            image = Image.open(io.BytesIO(data))
            put(name, data)
            put(name + ".ppm", saved(image.convert("RGB"), "PPM"))
            if "turned" in name:
                put(name + ".upright.ppm", saved(ImageOps.exif_transpose(image).convert("RGB"), "PPM"))


main()
