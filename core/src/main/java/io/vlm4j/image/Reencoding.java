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

/**
 * Makes another file of a picture file, at another size: decoded, resized and encoded in native
 * memory, with the means of OpenCV that img2dataset uses. Shrinking takes the mean of what a pixel
 * covers, enlarging is Lanczos; a transparent picture is put on white. For the pixels that models
 * are fed with, {@link Resize} is exact; this is for storing data sets.
 *
 * <p>Takes about the size of the decoded picture, or of its halved, quartered form where a JPEG is
 * shrunk much. One thread; safe for any number of them.
 *
 * @param format JPEG, PNG or WebP
 * @param quality of JPEG and WebP 1 to 100, of PNG the compression 0 to 9
 */
public record Reencoding(ImageFormat format, int quality) {
  static {
    opencv_core.setNumThreads(1); // callers have threads of their own
  }

  /** Checks the quality. */
  public Reencoding {
    int least = format == ImageFormat.PNG ? 0 : 1;
    int most = format == ImageFormat.PNG ? 9 : 100;
    switch (format) {
      case JPEG, PNG, WEBP -> {
        if (quality < least || quality > most) {
          throw new InputException(
              "the quality of %s must lie in [%d, %d], not %d"
                  .formatted(format.ending(), least, most, quality));
        }
      }
      case GIF, BMP, TIFF ->
          throw new InputException(
              "pictures are written as jpg, png or webp, not as " + format.ending());
    }
  }

  /**
   * Where the picture goes: it is resized, then set in the middle of a white canvas, which cuts off
   * what does not fit.
   *
   * @param width of the resized picture
   * @param height of the resized picture
   * @param canvasWidth of the result
   * @param canvasHeight of the result
   */
  public record Frame(int width, int height, int canvasWidth, int canvasHeight) {
    /** A picture without margin or cut. */
    public static Frame of(int width, int height) {
      return new Frame(width, height, width, height);
    }
  }

  /**
   * The bytes of the new file.
   *
   * @param file the old file
   * @param header what it says of itself
   * @throws InputException if it cannot be decoded, or is truncated
   */
  public byte[] apply(byte[] file, ImageHeader header, Frame frame) {
    try (Mat picture = decode(file, header, frame);
        Mat resized = resize(picture, frame, header);
        Mat canvas = place(resized, frame)) {
      return encode(canvas);
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

  private byte[] encode(Mat picture) {
    int parameter =
        switch (format) {
          case PNG -> IMWRITE_PNG_COMPRESSION;
          case WEBP -> IMWRITE_WEBP_QUALITY;
          default -> IMWRITE_JPEG_QUALITY;
        };
    try (var encoded = new BytePointer();
        var parameters = new IntPointer(parameter, quality)) {
      if (!opencv_imgcodecs.imencode("." + format.ending(), picture, encoded, parameters)) {
        throw new InputException("the picture cannot be written as " + format.ending());
      }
      var file = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(file);
      return file;
    }
  }
}
