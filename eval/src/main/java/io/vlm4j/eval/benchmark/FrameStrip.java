package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.image.Pixels;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Frames from left to right, to look at. */
final class FrameStrip {
  private static final int SIDE = 96; // of a frame, in pixels
  private static final int GAP = 2;

  private FrameStrip() {}

  /** A picture of them, drawn when it is asked for. */
  static Picture of(String name, List<Picture> frames) {
    return Picture.drawn(name, () -> draw(frames));
  }

  private static Pixels draw(List<Picture> frames) {
    int width = frames.size() * (SIDE + GAP) - GAP;
    var image = new BufferedImage(width, SIDE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.GRAY);
    graphics.fillRect(0, 0, width, SIDE);
    for (int i = 0; i < frames.size(); i++) {
      BufferedImage frame = frames.get(i).pixels().over(255, 255, 255).toBufferedImage();
      graphics.drawImage(frame, i * (SIDE + GAP), 0, SIDE, SIDE, null);
    }
    graphics.dispose();
    return Pixels.of(image);
  }
}
