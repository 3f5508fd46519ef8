package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What the markers of a JPEG file say.
 *
 * @param width in pixels
 * @param height in pixels
 * @param components 1 grey, 3 colours, 4 CMYK or YCCK
 * @param scans how often the decoder passes over the picture
 * @param ended whether the data end with the marker that they should end with
 * @param adobeTransform of Adobe's marker: 2 means YCCK; -1 without the marker
 * @param exif the TIFF structure in the EXIF segment
 */
record JpegHeader(
    int width,
    int height,
    int components,
    int scans,
    boolean ended,
    int adobeTransform,
    Bytes exif) {
  static JpegHeader read(byte[] bytes) {
    return new Scanner(bytes).scan();
  }

  private static final class Scanner {
    private final Bytes file;
    private final String letters;
    private int width;
    private int height;
    private int components;
    private int scans;
    private int adobe = -1;
    private Bytes exif = Bytes.NONE;

    Scanner(byte[] bytes) {
      this.file = Bytes.of(bytes);
      this.letters = new String(bytes, StandardCharsets.ISO_8859_1);
    }

    JpegHeader scan() {
      boolean ended = false;
      int at = 2;
      while (!ended && (at = marker(at)) < file.length()) {
        int code = file.u8(at++);
        if (code == 0xd9) {
          ended = true;
        } else if (code != 0x01 && (code < 0xd0 || code > 0xd8) && at + 2 <= file.length()) {
          segment(code, at);
          at += file.u16(at, ByteOrder.BIG_ENDIAN);
        }
      }
      if (components == 0) {
        throw new InputException("truncated picture: a JPEG file without a frame header");
      }
      return new JpegHeader(width, height, components, scans, ended, adobe, exif);
    }

    /**
     * Where the code of the next marker stands: after 0xff, neither 0xff nor a stuffed zero. Most
     * of the file is passed over here, and Java finds a letter in a text faster than a loop a byte.
     */
    private int marker(int from) {
      int at = letters.indexOf(0xff, from);
      while (at >= 0 && at + 1 < letters.length()) {
        char next = letters.charAt(at + 1);
        if (next != 0 && next != 0xff) {
          return at + 1;
        }
        at = letters.indexOf(0xff, at + 1);
      }
      return letters.length();
    }

    private void segment(int code, int at) {
      if (code == 0xda) {
        scans++;
      } else if (code == 0xe1 && file.has(at + 2, "Exif\0\0")) {
        int length = file.u16(at, ByteOrder.BIG_ENDIAN);
        if (exif.length() == 0 && length >= 8 && at + length <= file.length()) {
          exif = file.part(at + 8, length - 8);
        }
      } else if (code == 0xee && file.has(at + 2, "Adobe") && at + 14 <= file.length()) {
        adobe = file.u8(at + 13);
      } else if (code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc) {
        frame(at);
      }
    }

    private void frame(int at) {
      if (components != 0) {
        throw new InputException("damaged picture: a JPEG file of two frames");
      }
      int precision = file.u8(at + 2);
      height = file.u16(at + 3, ByteOrder.BIG_ENDIAN);
      width = file.u16(at + 5, ByteOrder.BIG_ENDIAN);
      components = file.u8(at + 7);
      if (precision != 8 || (components != 1 && components != 3 && components != 4)) {
        throw new InputException(
            "a JPEG file of %d components of %d bits: 1, 3 or 4 of 8 bits are read"
                .formatted(components, precision));
      }
    }
  }
}
