package io.vlm4j.eval;

import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Resize;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * A baseline without a model: a picture's texts are those of the training pictures nearest to it,
 * as 16 x 16 RGB pixels on white, by Euclidean distance. Defined only where the right text is one
 * of the training pictures'.
 */
public final class PixelNeighbours {
  private static final int SIDE = 16;

  private final List<Sample> known;
  private final float[][] pixels;

  /** Remembers the training pictures. */
  public PixelNeighbours(List<Sample> known) {
    this.known = known;
    pixels = known.parallelStream().map(PixelNeighbours::pixels).toArray(float[][]::new);
  }

  /** Recalls of the pictures' principal texts, named {@code pixels_image_to_text_R@1} and so on. */
  public SequencedMap<String, Double> metrics(List<Sample> queries) {
    int[] ranks =
        queries.parallelStream().mapToInt(query -> rank(pixels(query), query.text())).toArray();
    var metrics = Retrieval.recalls("pixels_image_to_text", ranks);
    metrics.keySet().removeIf(name -> name.endsWith("_rank"));
    return metrics;
  }

  /** How many distinct texts come before the right one. */
  private int rank(float[] query, String text) {
    double[] distances = new double[pixels.length];
    for (int i = 0; i < distances.length; i++) {
      double sum = 0;
      for (int d = 0; d < query.length; d++) {
        double difference = query[d] - pixels[i][d];
        sum += difference * difference;
      }
      distances[i] = sum;
    }
    double right =
        IntStream.range(0, distances.length)
            .filter(i -> known.get(i).text().equals(text))
            .mapToDouble(i -> distances[i])
            .min()
            .orElse(Double.POSITIVE_INFINITY);
    var before = new HashSet<String>();
    for (int i = 0; i < distances.length; i++) {
      if (distances[i] <= right && !known.get(i).text().equals(text)) {
        before.add(known.get(i).text());
      }
    }
    return before.size();
  }

  /** A picture as 16 x 16 RGB pixels on white, 0 to 255. */
  public static float[] pixels(Sample sample) {
    Pixels small =
        Resize.resize(
            sample.picture().pixels().over(255, 255, 255), SIDE, SIDE, Resize.Filter.BILINEAR);
    var values = new float[small.rgb().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = small.rgb()[i] & 0xff;
    }
    return values;
  }
}
