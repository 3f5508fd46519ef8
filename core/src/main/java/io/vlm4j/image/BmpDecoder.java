package io.vlm4j.image;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.vlm4j.io.InputException;
import java.util.Arrays;

/** Decodes Windows bitmaps: palettes, run lengths, 16, 24 and 32 bits; opacity is dropped. */
final class BmpDecoder {
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BITFIELDS = 3;

  private final Bytes file;
  private final int width;
  private final int height;
  private final boolean fromTop;
  private final int bits;
  private final int compression;
  private final int header;
  private final long data;

  /** Reads the header. */
  BmpDecoder(byte[] bytes, ImageDecoder.Options options) {
    file = Bytes.of(bytes);
    header = (int) Math.min(file.u32(14, LITTLE_ENDIAN), 1 << 16);
    boolean old = header == 12;
    if (!old && header < 40) {
      throw new InputException("damaged picture: a BMP header of " + header + " bytes");
    }
    long w = old ? file.u16(18, LITTLE_ENDIAN) : (int) file.u32(18, LITTLE_ENDIAN);
    long h = old ? file.u16(20, LITTLE_ENDIAN) : (int) file.u32(22, LITTLE_ENDIAN);
    fromTop = h < 0;
    options.check(w, Math.abs(h));
    width = (int) w;
    height = (int) Math.abs(h);
    bits = file.u16(old ? 24 : 28, LITTLE_ENDIAN);
    compression = old ? 0 : (int) Math.min(file.u32(30, LITTLE_ENDIAN), 99);
    boolean known =
        switch (compression) {
          case 0 -> bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
          case RLE8 -> bits == 8;
          case RLE4 -> bits == 4;
          case BITFIELDS -> bits == 16 || bits == 24 || bits == 32;
          default -> false;
        };
    if (!known) {
      throw new InputException("a BMP file of %d bits, packed as %d".formatted(bits, compression));
    }
    data = file.u32(10, LITTLE_ENDIAN);
  }

  Pixels decode() {
    if (bits > 8) {
      return directColours();
    }
    var numbers = new byte[width * height];
    if (compression == 0) {
      unpack(numbers);
    } else {
      unpackRuns(numbers);
    }
    return Palette.paint(numbers, palette(), width, height);
  }

  private byte[] palette() {
    int entry = header == 12 ? 3 : 4;
    int from = 14 + header;
    int most = 1 << bits;
    long used = header == 12 ? 0 : file.u32(46, LITTLE_ENDIAN);
    int count = used == 0 ? most : (int) Math.min(used, most);
    byte[] palette = Palette.grey();
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < 3; c++) {
        palette[3 * i + c] = (byte) file.u8(from + i * entry + 2 - c);
      }
    }
    return palette;
  }

  private Bytes row(int y) {
    long stride = ((long) width * bits + 31) / 32 * 4;
    long used = ((long) width * bits + 7) / 8; // the last row may lack its padding
    return file.part(data + stride * (fromTop ? y : height - 1 - y), used);
  }

  private void unpack(byte[] numbers) {
    for (int y = 0; y < height; y++) {
      Bytes row = row(y);
      for (int x = 0; x < width; x++) {
        numbers[y * width + x] = (byte) Palette.sample(row.array(), row.start(), x, bits);
      }
    }
  }

  /** Runs of one number, and literal numbers; what is left out is 0. */
  private void unpackRuns(byte[] numbers) {
    long at = data;
    int x = 0;
    int y = 0;
    while (y < height) {
      int count = file.u8(at);
      int value = file.u8(at + 1);
      at += 2;
      if (count > 0) {
        for (int i = 0; i < count; i++, x++) {
          put(numbers, x, y, bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
        }
      } else if (value == 0) {
        x = 0;
        y++;
      } else if (value == 1) {
        return;
      } else if (value == 2) {
        x += file.u8(at);
        y += file.u8(at + 1);
        at += 2;
      } else {
        Bytes literal = file.part(at, (value * bits + 7) / 8);
        for (int i = 0; i < value; i++, x++) {
          put(numbers, x, y, Palette.sample(literal.array(), literal.start(), i, bits));
        }
        at += (literal.length() + 1) / 2 * 2;
      }
    }
  }

  private void put(byte[] numbers, int x, int y, int value) {
    if (x < width) {
      numbers[(fromTop ? y : height - 1 - y) * width + x] = (byte) value;
    }
  }

  private Pixels directColours() {
    int[] masks = masks();
    var rgb = new byte[3 * width * height];
    int bytes = bits / 8;
    for (int y = 0, o = 0; y < height; y++) {
      Bytes row = row(y);
      for (int x = 0; x < width; x++, o += 3) {
        int pixel = 0;
        for (int i = bytes - 1; i >= 0; i--) {
          pixel = pixel << 8 | (row.array()[row.start() + x * bytes + i] & 0xff);
        }
        for (int c = 0; c < 3; c++) {
          int shift = Integer.numberOfTrailingZeros(masks[c]);
          rgb[o + c] = (byte) (((pixel & masks[c]) >>> shift) * 255 / (masks[c] >>> shift));
        }
      }
    }
    return new Pixels(width, height, rgb);
  }

  /** The bits of red, green and blue. */
  private int[] masks() {
    if (compression != BITFIELDS) {
      return bits == 16 ? new int[] {0x7c00, 0x3e0, 0x1f} : new int[] {0xff0000, 0xff00, 0xff};
    }
    var masks = new int[3];
    Arrays.setAll(masks, c -> (int) file.u32(54 + 4L * c, LITTLE_ENDIAN));
    for (int mask : masks) {
      int width = Integer.bitCount(mask);
      if (width == 0
          || width > 8
          || width
              != 32 - Integer.numberOfLeadingZeros(mask) - Integer.numberOfTrailingZeros(mask)) {
        throw new InputException(
            "a BMP file whose colours have the bits %x, %x and %x"
                .formatted(masks[0], masks[1], masks[2]));
      }
    }
    return masks;
  }
}
