package io.vlm4j.image;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

import io.vlm4j.io.InputException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * JPEG and WebP by libjpeg-turbo and libwebp, the libraries of Pillow, as OpenCV bundles them: the
 * same pixels at the same speed. From memory to memory, one thread; about half a second to load.
 */
final class NativeDecoder {
  private static final int MODE = IMREAD_COLOR_RGB | IMREAD_IGNORE_ORIENTATION;

  static {
    opencv_core.setNumThreads(1); // callers have threads of their own
  }

  private NativeDecoder() {}

  /** The picture in {@code file}, which is known to be of that size. */
  static Pixels decode(byte[] file, int width, int height) {
    try (var bytes = new BytePointer(file);
        var input = new Mat(1, file.length, CV_8UC1, bytes);
        Mat image = opencv_imgcodecs.imdecode(input, MODE)) {
      if (image.cols() != width || image.rows() != height || image.type() != CV_8UC3) {
        throw new InputException("damaged picture: it cannot be decoded");
      }
      var rgb = new byte[3 * width * height];
      image.data().get(rgb);
      return new Pixels(width, height, rgb);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) { // a C++ exception
      throw new InputException("damaged picture: " + firstLine(e), e);
    }
  }

  static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("it cannot be decoded");
  }
}
