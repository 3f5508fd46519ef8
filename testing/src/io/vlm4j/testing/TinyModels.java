package io.vlm4j.testing;

/** Descriptions of models that train in milliseconds. */
public final class TinyModels {
  private TinyModels() {}

  /** A CLIP of 16 x 16 pixels. */
  public static final String CLIP =
      """
      family: clip
      embedWidth: 32
      vision:
        imageSize: 16
        patchSize: 8
        width: 32
        layers: 1
        heads: 2
        mlpWidth: 64
        activation: gelu
        epsilon: 1.0e-5
        patchDropout: 0.25
      text:
        contextLength: 8
        vocabularySize: 560
        endId: -1
        width: 32
        layers: 1
        heads: 2
        mlpWidth: 64
        activation: gelu
        epsilon: 1.0e-5
      logitScale: 2.6592600
      logitBias: 0
      maxLogitScale: 4.6051702
      """;
}
