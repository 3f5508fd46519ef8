package io.vlm4j.image;

import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * All frames of an animated GIF, WebP or PNG file, each as it is seen on the whole canvas, with the
 * pixels of Pillow's {@code convert("RGB")}: transparency is dropped. Decoded by the libraries that
 * OpenCV bundles.
 *
 * @param frames in the order of time; a picture that stands still is one frame
 * @param seconds how long each is shown
 */
public record Animation(List<Pixels> frames, List<Double> seconds) {
  /** What browsers show a frame for that names no time, or less than can be seen. */
  private static final int USUAL_MILLISECONDS = 100;

  private static final int LEAST_MILLISECONDS = 11;

  static {
    opencv_core.setNumThreads(1); // callers have threads of their own
  }

  /** Copies the lists and checks that they belong together. */
  public Animation {
    frames = List.copyOf(frames);
    seconds = List.copyOf(seconds);
    if (frames.isEmpty() || frames.size() != seconds.size()) {
      throw new IllegalArgumentException(
          frames.size() + " frames for " + seconds.size() + " times");
    }
  }

  /**
   * The animation in {@code file}, the bytes of an image file. All frames are in memory at once: of
   * all together there may be as many pixels as the options allow for one picture.
   *
   * @throws InputException if they are no picture of these formats, a truncated one, or too large
   */
  public static Animation decode(byte[] file, ImageDecoder.Options options) {
    ImageHeader header = ImageHeader.read(file);
    switch (header.format()) {
      case GIF, WEBP, PNG -> {}
      default ->
          throw new InputException(
              header.format() + " files hold no animation; GIF, WebP and PNG files may");
    }
    if (!header.ended()) { // OpenCV would say so in the log as well
      throw new InputException("truncated picture: its data end too early");
    }
    options.check(header.width(), header.height());
    long most = options.maxPixels() / ((long) header.width() * header.height());
    try (var bytes = new BytePointer(file);
        var input = new Mat(1, file.length, CV_8UC1, bytes);
        var found = new opencv_imgcodecs.Animation()) {
      int asked = (int) Math.min(most + 1, Short.MAX_VALUE);
      if (!opencv_imgcodecs.imdecodeanimation(input, found, 0, asked)) {
        throw new InputException("damaged picture: it cannot be decoded to its end");
      }
      if (found.frames().size() > most) {
        throw new InputException(
            "the animation has more than %d frames of %d x %d; at most %d pixels are read"
                .formatted(most, header.width(), header.height(), options.maxPixels()));
      }
      return read(found, header, file);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) { // a C++ exception
      throw new InputException("damaged picture: " + NativeDecoder.firstLine(e), e);
    }
  }

  private static Animation read(opencv_imgcodecs.Animation found, ImageHeader header, byte[] file) {
    var frames = new ArrayList<Pixels>();
    var seconds = new ArrayList<Double>();
    for (int i = 0; i < found.frames().size(); i++) {
      frames.add(pixels(found.frames().get(i), header));
      // OpenCV takes a second for a first frame of a GIF that names no time.
      int milliseconds =
          i == 0 && header.format() == ImageFormat.GIF
              ? GifDecoder.firstDelay(file)
              : found.durations().get(i);
      seconds.add((milliseconds < LEAST_MILLISECONDS ? USUAL_MILLISECONDS : milliseconds) / 1000.0);
    }
    return new Animation(frames, seconds);
  }

  private static Pixels pixels(Mat frame, ImageHeader header) {
    int channels = frame.channels();
    if (frame.cols() != header.width()
        || frame.rows() != header.height()
        || frame.depth() != CV_8U
        || channels < 3
        || !frame.isContinuous()) {
      throw new InputException("damaged picture: its frames differ from its header");
    }
    int count = header.width() * header.height();
    var stored = new byte[channels * count]; // blue, green, red, perhaps opacity
    frame.data().get(stored);
    var rgb = new byte[3 * count];
    for (int i = 0; i < count; i++) {
      rgb[3 * i] = stored[channels * i + 2];
      rgb[3 * i + 1] = stored[channels * i + 1];
      rgb[3 * i + 2] = stored[channels * i];
    }
    return new Pixels(header.width(), header.height(), rgb);
  }
}
