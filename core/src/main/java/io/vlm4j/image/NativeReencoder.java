package io.vlm4j.image;

import static org.bytedeco.opencv.global.opencv_core.BORDER_CONSTANT;
import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_PNG_COMPRESSION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_WEBP_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LANCZOS4;

import io.vlm4j.image.Reencoding.Frame;
import io.vlm4j.io.InputException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** The steps of {@link Reencoding}, apart from its options, which are made without the library. */
final class NativeReencoder {
  static {
    opencv_core.setNumThreads(1); // callers have threads of their own
  }

  private NativeReencoder() {}

  static byte[] run(Reencoding encoding, byte[] file, ImageHeader header, Frame frame) {
    try (Mat picture = decode(file, header, frame);
        Mat resized = resize(picture, frame, header);
        Mat canvas = place(resized, frame)) {
      return encode(canvas, encoding);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) { // a C++ exception
      throw new InputException("damaged picture: " + NativeDecoder.firstLine(e), e);
    }
  }

  private static Mat decode(byte[] file, ImageHeader header, Frame frame) {
    if (!header.simple() || !header.ended()) {
      return matrix(ImageDecoder.decode(file)); // which names what is missing
    }
    int mode =
        switch (header.format()) {
          case JPEG -> reduction(header, frame) | IMREAD_IGNORE_ORIENTATION;
          case PNG, WEBP -> IMREAD_UNCHANGED;
          case GIF, BMP, TIFF -> throw new IllegalStateException("never simple");
        };
    try (var bytes = new BytePointer(file);
        var input = new Mat(1, file.length, CV_8UC1, bytes)) {
      Mat picture = opencv_imgcodecs.imdecode(input, mode);
      if (picture.empty()) {
        picture.close();
        throw new InputException("damaged picture: it cannot be decoded");
      }
      return opaque(picture);
    }
  }

  /**
   * A JPEG's blocks can be decoded at a half, a quarter, an eighth of their size, for less work.
   * The rest is at least a halving, so that the mean over pixels is taken over true means.
   */
  private static int reduction(ImageHeader header, Frame frame) {
    double shrink =
        Math.min(
            (double) header.width() / frame.width(), (double) header.height() / frame.height());
    if (shrink >= 16) {
      return IMREAD_REDUCED_COLOR_8;
    }
    return shrink >= 8
        ? IMREAD_REDUCED_COLOR_4
        : shrink >= 4 ? IMREAD_REDUCED_COLOR_2 : IMREAD_COLOR;
  }

  /** Eight bits a channel, no opacity; closes what it is given if it gives another. */
  private static Mat opaque(Mat decoded) {
    Mat picture = decoded;
    if (picture.depth() != CV_8U) {
      var bytes = new Mat();
      picture.convertTo(bytes, CV_8U, 1 / 257.0, 0);
      picture.close();
      picture = bytes;
    }
    if (picture.channels() != 4) {
      return picture;
    }
    try (Mat _ = picture) {
      return matrix(onWhite(picture));
    }
  }

  private static Pixels onWhite(Mat picture) {
    int area = picture.rows() * picture.cols();
    var values = new byte[4 * area];
    picture.data().get(values);
    var rgb = new byte[3 * area];
    var alpha = new byte[area];
    for (int i = 0; i < area; i++) {
      rgb[3 * i] = values[4 * i + 2];
      rgb[3 * i + 1] = values[4 * i + 1];
      rgb[3 * i + 2] = values[4 * i];
      alpha[i] = values[4 * i + 3];
    }
    return new Pixels(picture.cols(), picture.rows(), rgb, alpha).over(255, 255, 255);
  }

  private static Mat matrix(Pixels pixels) {
    try (var bytes = new BytePointer(pixels.rgb());
        var rgb = new Mat(pixels.height(), pixels.width(), CV_8UC3, bytes)) {
      var bgr = new Mat();
      opencv_imgproc.cvtColor(rgb, bgr, COLOR_RGB2BGR);
      return bgr;
    }
  }

  /** A new matrix, or another reference to the same pixels. */
  private static Mat resize(Mat picture, Frame frame, ImageHeader header) {
    if (picture.cols() == frame.width() && picture.rows() == frame.height()) {
      return new Mat(picture);
    }
    boolean shrinks = frame.width() < header.width() || frame.height() < header.height();
    var resized = new Mat();
    try (var size = new Size(frame.width(), frame.height())) {
      opencv_imgproc.resize(picture, resized, size, 0, 0, shrinks ? INTER_AREA : INTER_LANCZOS4);
    }
    return resized;
  }

  private static Mat place(Mat picture, Frame frame) {
    int right = frame.canvasWidth() - frame.width();
    int below = frame.canvasHeight() - frame.height();
    try (var seen =
            new Rect(
                Math.max(0, -right / 2),
                Math.max(0, -below / 2),
                Math.min(frame.width(), frame.canvasWidth()),
                Math.min(frame.height(), frame.canvasHeight()));
        Mat part = new Mat(picture, seen)) {
      if (right <= 0 && below <= 0) {
        return new Mat(part);
      }
      return onCanvas(part, Math.max(0, right), Math.max(0, below));
    }
  }

  private static Mat onCanvas(Mat picture, int right, int below) {
    var canvas = new Mat();
    try (var white = new Scalar(255, 255, 255, 255)) {
      opencv_core.copyMakeBorder(
          picture,
          canvas,
          below / 2,
          below - below / 2,
          right / 2,
          right - right / 2,
          BORDER_CONSTANT,
          white);
    }
    return canvas;
  }

  private static byte[] encode(Mat picture, Reencoding encoding) {
    ImageFormat format = encoding.format();
    int parameter =
        switch (format) {
          case PNG -> IMWRITE_PNG_COMPRESSION;
          case WEBP -> IMWRITE_WEBP_QUALITY;
          default -> IMWRITE_JPEG_QUALITY;
        };
    try (var encoded = new BytePointer();
        var parameters = new IntPointer(parameter, encoding.quality())) {
      if (!opencv_imgcodecs.imencode("." + format.ending(), picture, encoded, parameters)) {
        throw new InputException("the picture cannot be written as " + format.ending());
      }
      var file = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(file);
      return file;
    }
  }
}
