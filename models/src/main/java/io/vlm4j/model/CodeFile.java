package io.vlm4j.model;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.NpyIntegers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Codes of pictures in a file: numpy's array of 32-bit numbers {@code [n, h, w]}, or JSON lines
 * with {@code file}, {@code height}, {@code width} and {@code codes}, row by row.
 *
 * @param names what each picture is called; numbers in an array
 * @param grids as many
 */
public record CodeFile(List<String> names, List<CodeGrid> grids) {
  /** What the help says of such files. */
  public static final String DESCRIPTION = "Codes: an array .npy, or JSON lines .jsonl.";

  /** A line. */
  private record Line(String file, int height, int width, int[] codes) {}

  /** Copies the lists. */
  public CodeFile {
    if (names.size() != grids.size()) {
      throw new IllegalArgumentException(names.size() + " names of " + grids.size() + " pictures");
    }
    names = List.copyOf(names);
    grids = List.copyOf(grids);
  }

  /** Refuses a file whose name tells no known form. */
  public static void requireKnown(Path file) {
    if (!isArray(file) && !file.toString().endsWith(".jsonl")) {
      throw new InputException(file + ": codes stand in a file .npy or .jsonl");
    }
  }

  private static boolean isArray(Path file) {
    return file.toString().endsWith(".npy");
  }

  /**
   * Writes the file, in place of the one that may be there.
   *
   * @throws InputException if pictures of different sizes should become an array
   */
  public void write(Path file) {
    requireKnown(file);
    if (isArray(file)) {
      array(file).write(file);
      return;
    }
    var lines = new StringBuilder();
    for (int i = 0; i < grids.size(); i++) {
      CodeGrid grid = grids.get(i);
      var line = new LinkedHashMap<String, Object>();
      line.put("file", names.get(i));
      line.put("height", grid.height());
      line.put("width", grid.width());
      line.put("codes", grid.codes());
      lines.append(Json.toLine(line)).append('\n');
    }
    AtomicFiles.writeString(file, lines.toString());
  }

  private NpyIntegers array(Path file) {
    int height = grids.isEmpty() ? 0 : grids.getFirst().height();
    int width = grids.isEmpty() ? 0 : grids.getFirst().width();
    if (grids.stream().anyMatch(grid -> grid.height() != height || grid.width() != width)) {
      throw new InputException(
          file + ": pictures of different sizes are no array: write a .jsonl file");
    }
    int[] values = grids.stream().flatMapToInt(grid -> IntStream.of(grid.codes())).toArray();
    return new NpyIntegers(values, grids.size(), height, width);
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it is damaged, or of another form
   */
  public static CodeFile read(Path file) {
    requireKnown(file);
    var names = new ArrayList<String>();
    var grids = new ArrayList<CodeGrid>();
    if (isArray(file)) {
      NpyIntegers array = NpyIntegers.read(file);
      int[] shape = array.shape();
      if (shape.length != 3) {
        throw new InputException(
            "%s: codes are an array [n, h, w], not %s".formatted(file, Arrays.toString(shape)));
      }
      int area = shape[1] * shape[2];
      for (int i = 0; i < shape[0]; i++) {
        names.add(Integer.toString(i));
        int[] codes = Arrays.copyOfRange(array.values(), i * area, (i + 1) * area);
        grids.add(new CodeGrid(shape[1], shape[2], codes));
      }
      return new CodeFile(names, grids);
    }
    try {
      int number = 0;
      for (String text : Files.readAllLines(file)) {
        String place = file + ", line " + ++number;
        Line line = Json.fromTree(Json.parse(text), Line.class, place);
        names.add(line.file);
        grids.add(new CodeGrid(line.height, line.width, line.codes));
      }
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
    return new CodeFile(names, grids);
  }
}
