package io.vlm4j.image;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.vlm4j.io.InputException;
import java.util.Arrays;

/** Decodes the first frame of a GIF file, on the whole canvas, as Pillow does. */
final class GifDecoder {
  private static final int MAX_CODES = 4096;

  private final Bytes file;
  private final ImageDecoder.Options options;
  private byte[] palette = Palette.grey();
  private int transparent;
  private int delay;
  private int at;

  GifDecoder(byte[] file, ImageDecoder.Options options) {
    this.file = Bytes.of(file);
    this.options = options;
  }

  /** What the first frame is shown for, in milliseconds; 0 if the file does not say. */
  static int firstDelay(byte[] file) {
    var decoder = new GifDecoder(file, ImageDecoder.Options.DEFAULT);
    decoder.at = 13;
    decoder.readPalette(decoder.file.u8(10));
    decoder.findFrame();
    return decoder.delay;
  }

  Pixels decode() {
    int canvasWidth = file.u16(6, LITTLE_ENDIAN);
    int canvasHeight = file.u16(8, LITTLE_ENDIAN);
    at = 13;
    readPalette(file.u8(10));
    findFrame();
    int left = file.u16(at, LITTLE_ENDIAN);
    int top = file.u16(at + 2, LITTLE_ENDIAN);
    int width = file.u16(at + 4, LITTLE_ENDIAN);
    int height = file.u16(at + 6, LITTLE_ENDIAN);
    int flags = file.u8(at + 8);
    at += 9;
    readPalette(flags);
    canvasWidth = Math.max(canvasWidth, left + width);
    canvasHeight = Math.max(canvasHeight, top + height);
    options.check(canvasWidth, canvasHeight);
    options.check(width, height);
    byte[] frame = new Lzw(subBlocks(), file.u8(at)).decode(width * height);
    var canvas = new byte[canvasWidth * canvasHeight];
    Arrays.fill(canvas, (byte) transparent);
    int[] rows = rows(height, (flags & 0x40) != 0);
    for (int y = 0; y < height; y++) {
      System.arraycopy(frame, y * width, canvas, (top + rows[y]) * canvasWidth + left, width);
    }
    return Palette.paint(canvas, palette, canvasWidth, canvasHeight);
  }

  private void readPalette(int flags) {
    if ((flags & 0x80) != 0) {
      int bytes = 3 << ((flags & 7) + 1);
      Bytes colours = file.part(at, bytes);
      palette = Palette.grey();
      System.arraycopy(colours.array(), colours.start(), palette, 0, bytes);
      at += bytes;
    }
  }

  /** Moves behind the comma that begins a frame, over the extensions before it. */
  private void findFrame() {
    while (true) {
      switch (file.u8(at++)) {
        case ',' -> {
          return;
        }
        case ';' -> throw new InputException("a GIF file without a picture");
        case '!' -> {
          if (file.u8(at) == 0xf9 && file.u8(at + 1) >= 4) {
            delay = 10 * file.u16(at + 3, LITTLE_ENDIAN);
            if ((file.u8(at + 2) & 1) != 0) {
              transparent = file.u8(at + 5);
            }
          }
          at++;
          while (file.u8(at) != 0) {
            at += 1 + file.u8(at);
          }
          at++;
        }
        default -> {} // Pillow, too, looks on behind what it does not know
      }
    }
  }

  /** The compressed bytes; a file may end without saying so. */
  private byte[] subBlocks() {
    var bytes = new byte[file.length() - at];
    int length = 0;
    int block = at + 1;
    while (block < file.length() && file.u8(block) != 0) {
      int size = Math.min(file.u8(block), file.length() - block - 1);
      System.arraycopy(file.array(), block + 1, bytes, length, size);
      length += size;
      block += 1 + size;
    }
    return Arrays.copyOf(bytes, length);
  }

  private static int[] rows(int height, boolean interlaced) {
    var rows = new int[height];
    if (!interlaced) {
      Arrays.setAll(rows, y -> y);
      return rows;
    }
    int i = 0;
    for (int[] pass : new int[][] {{0, 8}, {4, 8}, {2, 4}, {1, 2}}) {
      for (int y = pass[0]; y < height; y += pass[1]) {
        rows[i++] = y;
      }
    }
    return rows;
  }

  /** Codes of growing length; each stands for an earlier code and one more number. */
  private static final class Lzw {
    private final byte[] bytes;
    private final int startBits;
    private final int clear;
    private final short[] prefix = new short[MAX_CODES];
    private final byte[] last = new byte[MAX_CODES];
    private final byte[] stack = new byte[MAX_CODES + 1];
    private int position;
    private int buffer;
    private int buffered;

    Lzw(byte[] bytes, int startBits) {
      if (startBits < 1 || startBits > 11) {
        throw new InputException("damaged picture: codes of " + startBits + " bits");
      }
      this.bytes = bytes;
      this.startBits = startBits;
      this.clear = 1 << startBits;
    }

    byte[] decode(int count) {
      var out = new byte[count];
      int o = 0;
      int bits = startBits + 1;
      int next = clear + 2;
      int previous = -1;
      byte first = 0;
      while (o < count) {
        int code = read(bits);
        if (code == clear) {
          bits = startBits + 1;
          next = clear + 2;
          previous = -1;
          continue;
        }
        if (code == clear + 1) {
          throw new InputException("truncated picture: its data end too early");
        }
        if (code > next || (code >= clear && previous < 0) || (code == next && previous < 0)) {
          throw new InputException("damaged picture: an unknown code");
        }
        int depth = 0;
        int c = code;
        if (code == next) { // the code that is just being made
          stack[depth++] = first;
          c = previous;
        }
        while (c >= clear) {
          stack[depth++] = last[c];
          c = prefix[c];
        }
        first = (byte) c;
        stack[depth++] = first;
        while (depth > 0 && o < count) {
          out[o++] = stack[--depth];
        }
        if (previous >= 0 && next < MAX_CODES) {
          prefix[next] = (short) previous;
          last[next++] = first;
          if (next == 1 << bits && bits < 12) {
            bits++;
          }
        }
        previous = code;
      }
      return out;
    }

    private int read(int bits) {
      while (buffered < bits) {
        if (position == bytes.length) {
          throw new InputException("truncated picture: its data end too early");
        }
        buffer |= (bytes[position++] & 0xff) << buffered;
        buffered += 8;
      }
      int code = buffer & ((1 << bits) - 1);
      buffer >>>= bits;
      buffered -= bits;
      return code;
    }
  }
}
