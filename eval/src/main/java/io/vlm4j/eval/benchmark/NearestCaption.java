package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Someone who says of a picture what was said of the known one that is most like it in colours. */
public final class NearestCaption implements Examinee {
  private static final PixelsOnly PIXELS = new PixelsOnly();

  private final List<Sample> known;
  private float @Nullable [][] vectors; // of what is known, once somebody asks

  /** Knows samples, of which each principal text is a caption. */
  public NearestCaption(List<Sample> known) {
    this.known = List.copyOf(known);
  }

  @Override
  public String name() {
    return "the nearest picture's caption";
  }

  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.CAPTION);
  }

  @Override
  public List<String> captions(List<Pixels> pictures) {
    return Arrays.stream(Vectors.products(PIXELS.pictureVectors(pictures), vectors()))
        .map(likeness -> known.get(Vectors.best(likeness)).text())
        .toList();
  }

  /** Thousands of pictures, which are not looked at for models that write no captions. */
  private synchronized float[][] vectors() {
    if (vectors == null) {
      List<Picture> pictures = known.stream().map(Sample::picture).toList();
      vectors = Vectors.of(PIXELS, pictures, Watch.NONE);
    }
    return vectors;
  }
}
