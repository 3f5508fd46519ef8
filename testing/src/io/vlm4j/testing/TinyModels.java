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

  /** A CoCa of 16 x 16 pixels. */
  public static final String COCA =
      """
      family: coca
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
      pooler:
        kind: SHARED
        queries: 4
        heads: 2
      text:
        contextLength: 8
        vocabularySize: 560
        padId: 0
        exactMask: true
        width: 32
        layers: 1
        heads: 2
        mlpWidth: 64
        activation: gelu
        epsilon: 1.0e-5
      decoder:
        width: 32
        layers: 1
        heads: 2
        mlpWidth: 64
        activation: gelu
        epsilon: 1.0e-5
      logitScale: 2.6592600
      maxLogitScale: 4.6051702
      contrastiveWeight: 1
      captionWeight: 2
      """;

  /** A Llama of short texts, with shared heads and an output of its own. */
  public static final String LLAMA =
      """
      family: llama
      vocabularySize: 560
      contextLength: 24
      endId: -1
      width: 32
      layers: 2
      heads: 4
      keyValueHeads: 2
      headWidth: 8
      mlpWidth: 48
      activation: silu
      epsilon: 1.0e-5
      biases: NONE
      tied: false
      window: 0
      rope: {theta: 10000.0, scaling: null}
      std: 0.02
      """;

  /** A LLaVA of 16 x 16 pixels, four places a picture. */
  public static final String LLAVA =
      """
      family: llava
      vision: {imageSize: 16, patchSize: 8, width: 32, layers: 2, heads: 2, mlpWidth: 64,
        activation: gelu, epsilon: 1.0e-5, patchDropout: 0}
      featureLayer: 1
      classToken: false
      projector: {kind: mlp, activation: gelu, bias: true}
      language: {vocabularySize: 560, contextLength: 48, endId: -1, width: 32, layers: 2, heads: 4,
        keyValueHeads: 2, headWidth: 8, mlpWidth: 48, activation: silu, epsilon: 1.0e-5,
        biases: NONE, tied: false, window: 0, rope: {theta: 10000.0, scaling: null}, std: 0.02}
      pictureId: -200
      anyRes: null
      """;
}
