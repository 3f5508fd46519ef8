package io.vlm4j.model.contrastive;

import io.vlm4j.nn.Activation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The image towers that timm names {@code vit_SIZE_patchP_siglip_RESOLUTION}. */
record TimmSigLip(
    String size, int width, int layers, int heads, int mlpWidth, int patch, List<Integer> sides) {
  private static final Pattern NAME =
      Pattern.compile("vit_([a-z0-9]+)_patch(\\d+)_siglip_(\\d+)(\\..*)?");

  private static final List<TimmSigLip> ALL =
      List.of(
          new TimmSigLip("base", 768, 12, 12, 3072, 16, List.of(224, 256, 384, 512)),
          new TimmSigLip("base", 768, 12, 12, 3072, 32, List.of(256)),
          new TimmSigLip("large", 1024, 24, 16, 4096, 16, List.of(256, 384, 512)),
          new TimmSigLip("so400m", 1152, 27, 16, 4304, 14, List.of(224, 378, 384)),
          new TimmSigLip("so400m", 1152, 27, 16, 4304, 16, List.of(256, 384, 512)),
          new TimmSigLip("giantopt", 1536, 40, 16, 6144, 16, List.of(256, 384)));

  /** The tower of that name for pictures of another side, if given; null if timm has none. */
  static TwoTowerConfig.@Nullable Vision named(String name, int imageSize) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    int patch = Integer.parseInt(matcher.group(2));
    int side = Integer.parseInt(matcher.group(3));
    return ALL.stream()
        .filter(tower -> tower.size.equals(matcher.group(1)) && tower.patch == patch)
        .findFirst()
        .map(tower -> tower.vision(imageSize, tower.activation(side)))
        .orElse(null);
  }

  /**
   * The name of a tower of those sizes: the one with its activation if there is one, of the nearest
   * resolution.
   */
  static Optional<String> nameOf(TwoTowerConfig.Vision vision) {
    return ALL.stream()
        .filter(tower ->
            tower.vision(vision.imageSize(), vision.activation()).equals(vision.withoutDropout()))
        .flatMap(tower -> tower.sides.stream().map(side -> new Named(tower, side)))
        .min(
            Comparator.comparing((Named named) -> named.side != vision.imageSize())
                .thenComparing(
                    named -> !named.tower.activation(named.side).equals(vision.activation()))
                .thenComparing(named -> Math.abs(named.side - vision.imageSize())))
        .map(named -> named.tower.name(named.side));
  }

  private record Named(TimmSigLip tower, int side) {}

  private String name(int side) {
    return "vit_" + size + "_patch" + patch + "_siglip_" + side;
  }

  private TwoTowerConfig.Vision vision(int imageSize, String activation) {
    return new TwoTowerConfig.Vision(
        imageSize, patch, width, layers, heads, mlpWidth, activation, 1e-6, 0);
  }

  /** The towers of the first SigLIP compute exact GELU in timm, those of the second the tanh's. */
  private String activation(int side) {
    boolean isSecond =
        size.equals("giantopt")
            || (size.equals("base") && patch == 32)
            || (size.equals("large") && side == 512)
            || (size.equals("so400m") && patch == 16);
    return (isSecond ? Activation.GELU_TANH : Activation.GELU).id();
  }
}
