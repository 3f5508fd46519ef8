package io.vlm4j.cli;

import io.vlm4j.image.Pixels;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Pictures of coloured shapes with their names beside them. */
final class Shapes {
  static final int COUNT = 60;
  private static final int SIDE = 24;
  private static final Map<String, Integer> COLOURS = new LinkedHashMap<>();

  static {
    COLOURS.put("red", 0xe01010);
    COLOURS.put("green", 0x10b010);
    COLOURS.put("blue", 0x1010e0);
    COLOURS.put("yellow", 0xe0e010);
    COLOURS.put("black", 0x080808);
  }

  private Shapes() {}

  private interface Shape {
    boolean covers(double x, double y);
  }

  private static Map<String, Shape> shapes() {
    var shapes = new LinkedHashMap<String, Shape>();
    shapes.put("square", (x, y) -> Math.abs(x) < 0.7 && Math.abs(y) < 0.7);
    shapes.put("circle", (x, y) -> x * x + y * y < 0.6);
    shapes.put("cross", (x, y) -> Math.min(Math.abs(x), Math.abs(y)) < 0.2);
    shapes.put("bar", (_, y) -> Math.abs(y) < 0.3);
    shapes.put("pole", (x, _) -> Math.abs(x) < 0.3);
    shapes.put("ring", (x, y) -> Math.abs(x * x + y * y - 0.5) < 0.25);
    return shapes;
  }

  /** Fills a folder: five colours, six shapes, on a light and on a grey ground. */
  static Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (var colour : COLOURS.entrySet()) {
      for (var shape : shapes().entrySet()) {
        for (int ground : new int[] {0xffffff, 0xb0b0b0}) {
          String name = colour.getKey() + " " + shape.getKey();
          Path file = folder.resolve(name.replace(' ', '-') + "-" + (ground & 0xff) + ".png");
          Pictures.write(file, draw(shape.getValue(), colour.getValue(), ground));
          Files.writeString(
              file.resolveSibling(file.getFileName().toString().replace(".png", ".txt")), name);
        }
      }
    }
    return folder;
  }

  private static Pixels draw(Shape shape, int colour, int ground) {
    var rgb = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      double x = (2 * (i % SIDE) + 1.0) / SIDE - 1;
      double y = (2 * (i / SIDE) + 1.0) / SIDE - 1;
      int value = shape.covers(x, y) ? colour : ground;
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (value >> (16 - 8 * c));
      }
    }
    return new Pixels(SIDE, SIDE, rgb);
  }
}
