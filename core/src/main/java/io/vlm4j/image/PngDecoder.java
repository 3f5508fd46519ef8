package io.vlm4j.image;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes PNG of all kinds with Pillow's meaning: transparency is dropped, 16-bit colours lose
 * their low byte, but 16-bit grey is cut off at 255. One row is inflated at a time.
 */
final class PngDecoder {
  /** Where the seven passes of an interlaced file begin, and their steps: x, y, dx, dy. */
  private static final int[][] ADAM7 = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int GREY = 0;
  private static final int COLOUR = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int COLOUR_ALPHA = 6;

  private final int width;
  private final int height;
  private final int bits;
  private final int type;
  private final boolean interlaced;
  private final byte[] palette = Palette.grey();
  private final List<Bytes> data = new ArrayList<>();
  private Bytes exif = Bytes.NONE;
  private int nextPart;

  /** Reads all but the pixels. */
  PngDecoder(byte[] bytes, ImageDecoder.Options options) {
    Bytes file = Bytes.of(bytes);
    if (!file.has(12, "IHDR") || file.u32(8, BIG_ENDIAN) != 13) {
      throw new InputException("damaged picture: a PNG file that does not begin with its header");
    }
    long claimedWidth = file.u32(16, BIG_ENDIAN);
    long claimedHeight = file.u32(20, BIG_ENDIAN);
    options.check(claimedWidth, claimedHeight);
    requireChecksum(file, 8, 13);
    width = (int) claimedWidth;
    height = (int) claimedHeight;
    bits = file.u8(24);
    type = file.u8(25);
    interlaced = file.u8(28) != 0;
    requireKnown(file.u8(26), file.u8(27));
    for (long at = 33; at + 8 <= file.length() && !file.has(at + 4, "IEND"); ) {
      long length = file.u32(at, BIG_ENDIAN);
      chunk(file, at, Math.min(length, file.length() - at - 8));
      at += 12 + length;
    }
  }

  private void requireKnown(int compression, int filters) {
    boolean known =
        switch (type) {
          case GREY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
          case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
          case COLOUR, GREY_ALPHA, COLOUR_ALPHA -> bits == 8 || bits == 16;
          default -> false;
        };
    if (!known || compression != 0 || filters != 0) {
      throw new InputException(
          "damaged picture: a PNG file of colour type %d with %d bits".formatted(type, bits));
    }
  }

  private void chunk(Bytes file, long at, long length) {
    Bytes body = file.part(at + 8, length);
    if (file.has(at + 4, "IDAT")) {
      data.add(body);
    } else if (file.has(at + 4, "eXIf")) {
      exif = body;
    } else if (file.has(at + 4, "PLTE") && type == PALETTE) {
      requireChecksum(file, at, (int) length);
      System.arraycopy(
          body.array(), body.start(), palette, 0, Math.min(body.length() / 3 * 3, palette.length));
    }
  }

  private static void requireChecksum(Bytes file, long at, int length) {
    var crc = new CRC32();
    crc.update(file.array(), file.start() + (int) at + 4, length + 4);
    if (file.u32(at + 8 + length, BIG_ENDIAN) != crc.getValue()) {
      throw new InputException("damaged picture: a checksum is wrong");
    }
  }

  Bytes exif() {
    return exif;
  }

  Pixels decode() {
    requireEnough();
    var rgb = new byte[3 * width * height];
    var inflater = new Inflater();
    try {
      if (interlaced) {
        for (int[] pass : ADAM7) {
          decode(inflater, rgb, pass[0], pass[1], pass[2], pass[3]);
        }
      } else {
        decode(inflater, rgb, 0, 0, 1, 1);
      }
    } catch (DataFormatException e) {
      throw new InputException("damaged picture: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
    return new Pixels(width, height, rgb);
  }

  /** Before memory is taken: zlib makes at most some 1,032 bytes of one. */
  private void requireEnough() {
    long packed = data.stream().mapToLong(Bytes::length).sum();
    if ((packed + 1) * 1100 < (long) width * height * bits * channels() / 8) {
      throw new InputException("truncated picture: its data end too early");
    }
  }

  private int channels() {
    return type == COLOUR ? 3 : type == COLOUR_ALPHA ? 4 : type == GREY_ALPHA ? 2 : 1;
  }

  /** Decodes every {@code dx}th pixel of every {@code dy}th row. */
  private void decode(Inflater inflater, byte[] rgb, int x0, int y0, int dx, int dy)
      throws DataFormatException {
    int columns = (width - x0 + dx - 1) / dx;
    if (columns <= 0) {
      return;
    }
    int channels = channels();
    int distance = Math.max(1, channels * bits / 8); // to the same byte of the pixel before
    int rowBytes = (int) (((long) columns * channels * bits + 7) / 8);
    // A margin of zeros stands for the pixel before the first.
    var row = new byte[distance + rowBytes];
    var above = new byte[distance + rowBytes];
    var filter = new byte[1];
    for (int y = y0; y < height; y += dy) {
      inflate(inflater, filter, 0, 1);
      inflate(inflater, row, distance, rowBytes);
      unfilter(filter[0], row, above, distance);
      expand(row, distance, columns, rgb, 3 * (y * width + x0), 3 * dx);
      byte[] swap = above;
      above = row;
      row = swap;
    }
  }

  private void inflate(Inflater inflater, byte[] target, int from, int count)
      throws DataFormatException {
    int done = 0;
    while (done < count) {
      int got = inflater.inflate(target, from + done, count - done);
      done += got;
      if (got == 0) {
        if (inflater.finished() || inflater.needsDictionary() || nextPart == data.size()) {
          throw new InputException("truncated picture: its data end too early");
        }
        if (inflater.needsInput()) {
          Bytes part = data.get(nextPart++);
          inflater.setInput(part.array(), part.start(), part.length());
        }
      }
    }
  }

  private static void unfilter(int filter, byte[] row, byte[] above, int d) {
    switch (filter) {
      case 0 -> {}
      case 1 -> {
        for (int i = d; i < row.length; i++) {
          row[i] += row[i - d];
        }
      }
      case 2 -> {
        for (int i = d; i < row.length; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> {
        for (int i = d; i < row.length; i++) {
          row[i] += (byte) (((row[i - d] & 0xff) + (above[i] & 0xff)) >> 1);
        }
      }
      case 4 -> {
        for (int i = d; i < row.length; i++) {
          row[i] += (byte) paeth(row[i - d] & 0xff, above[i] & 0xff, above[i - d] & 0xff);
        }
      }
      default -> throw new InputException("damaged picture: unknown filter " + filter);
    }
  }

  private static int paeth(int left, int up, int corner) {
    int toLeft = Math.abs(up - corner);
    int toUp = Math.abs(left - corner);
    int toCorner = Math.abs(left + up - 2 * corner);
    if (toLeft <= toUp && toLeft <= toCorner) {
      return left;
    }
    return toUp <= toCorner ? up : corner;
  }

  private void expand(byte[] row, int from, int columns, byte[] rgb, int to, int step) {
    int bytes = bits / 8;
    for (int x = 0, o = to; x < columns; x++, o += step) {
      switch (type) {
        case COLOUR, COLOUR_ALPHA -> {
          int i = from + x * bytes * (type == COLOUR ? 3 : 4);
          rgb[o] = row[i];
          rgb[o + 1] = row[i + bytes];
          rgb[o + 2] = row[i + 2 * bytes];
        }
        case PALETTE -> {
          int i = 3 * sample(row, from, x);
          rgb[o] = palette[i];
          rgb[o + 1] = palette[i + 1];
          rgb[o + 2] = palette[i + 2];
        }
        default -> rgb[o] = rgb[o + 1] = rgb[o + 2] = (byte) grey(row, from, x);
      }
    }
  }

  private int grey(byte[] row, int from, int x) {
    if (type == GREY_ALPHA) {
      return row[from + x * bits / 4];
    }
    if (bits == 16) {
      return row[from + 2 * x] != 0 ? 255 : row[from + 2 * x + 1];
    }
    return sample(row, from, x) * 255 / ((1 << bits) - 1);
  }

  private int sample(byte[] row, int from, int x) {
    return bits == 8 ? row[from + x] & 0xff : Palette.sample(row, from, x, bits);
  }
}
