package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Someone who says of a picture what was said of the known one that is most like it in colours. */
public final class NearestCaption implements Examinee {
  private static final PixelsOnly PIXELS = new PixelsOnly();

  private final List<String> texts;
  private final float[][] vectors;

  /** Looks at what is known; each sample's principal text is its caption. */
  public NearestCaption(List<Sample> known) {
    List<Picture> pictures = known.stream().map(Sample::picture).toList();
    texts = known.stream().map(Sample::text).toList();
    vectors = Vectors.of(PIXELS, pictures, Watch.NONE);
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
    return Arrays.stream(Vectors.products(PIXELS.pictureVectors(pictures), vectors))
        .map(likeness -> texts.get(Vectors.best(likeness)))
        .toList();
  }
}
