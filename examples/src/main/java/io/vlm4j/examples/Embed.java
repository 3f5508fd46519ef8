package io.vlm4j.examples;

import io.vlm4j.model.Pretrained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Ten lines: a model, a picture, some texts.
 *
 * <p>Arguments: a model (a folder, or {@code hf:ORG/NAME}) and a folder of pictures.
 */
public final class Embed {
  private Embed() {}

  public static void main(String[] args) throws IOException {
    Path picture;
    try (var files = Files.walk(Path.of(args[1]))) {
      picture = files.filter(file -> file.toString().endsWith(".png")).sorted().findFirst().get();
    }
    try (var model = Pretrained.load(args[0])) {
      float[] image = model.embedImage(picture); // a unit vector
      float[] text = model.embedText("a red fruit"); // in the same space
      System.out.println(picture + ": cosine " + Pretrained.similarity(image, text));
      for (var score : model.classify(picture, List.of("apple", "cat", "flag"))) {
        System.out.printf("%5.1f %%  %s%n", 100 * score.probability(), score.label());
      }
    }
  }
}
