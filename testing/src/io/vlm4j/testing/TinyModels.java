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
        dropout: 0
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

  /** A FLAVA of 16 x 16 pixels, without an image tokenizer: it is told no codes, and tells none. */
  public static final String FLAVA =
      """
      family: flava
      width: 32
      embedWidth: 32
      image: {imageSize: 16, patchSize: 8, layers: 1, heads: 2, mlpWidth: 64, codes: 8}
      text: {contextLength: 8, vocabularySize: 560, maskId: 560, padId: 0, layers: 1, heads: 2,
        mlpWidth: 64}
      multimodal: {layers: 1, heads: 2, mlpWidth: 64, seesPadding: false}
      activation: gelu
      epsilon: 1.0e-5
      headEpsilon: 1.0e-5
      heads: true
      masking: {patches: 1, leastBlock: 1, tokens: 0.3, mismatches: 0.1,
        mismatchedCandidates: false}
      weights: {mim: 0, mlm: 1, mmmImage: 0, mmmText: 1, itm: 1, contrastive: 1}
      mixture: {pictures: 1, texts: 1, pairs: 2}
      logitScale: 2.6592600
      maxLogitScale: 4.6051702
      imageTokenizer: null
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
