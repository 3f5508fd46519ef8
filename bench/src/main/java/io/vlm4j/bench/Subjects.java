package io.vlm4j.bench;

import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/**
 * The models that are measured, by name: vlm4j's named configurations, made ready to be trained.
 * Image tokenizers that belong to a model are random, which costs the same; a FLAVA learns from
 * pairs in every step, and a VQGAN's discriminator takes part from the first one.
 */
final class Subjects {
  /** A Llama of 100 million parameters, which only benchmarks know. */
  static final String LLAMA = "llama-100M";

  /** One of Llama-3.2-1B's sizes. */
  static final String LLAMA_1B = "llama-1B";

  private static final String PART = "imageTokenizer";

  private Subjects() {}

  /** The model of that name. */
  static ModelSpec<?> of(String name) {
    if (name.equals(LLAMA) || name.equals(LLAMA_1B)) {
      return ModelSpec.parse(Json.fromYaml(read(name + ".yaml"), ObjectNode.class, name), name);
    }
    ModelSpec<?> named = ModelSpec.of(name);
    ObjectNode tree = named.toTree();
    return switch (named.family().name()) {
      case "flava" -> {
        ((ObjectNode) tree.path("mixture")).put("pictures", 0).put("texts", 0);
        ModelSpec<?> tokenizer = ModelSpec.of("vqvae-nano");
        int patch = tree.path("image").path("patchSize").asInt();
        int side = tree.path("image").path("imageSize").asInt() / patch * downsampling(tokenizer);
        yield ModelSpec.parse(tree, name).withPart(PART, tokenizer.withImageSize(side));
      }
      case "chameleon" -> named.withPart(PART, ModelSpec.of("vqgan-nano"));
      case "vqgan" -> {
        ((ObjectNode) tree.path("adversary")).put("start", 0);
        yield ModelSpec.parse(tree, name);
      }
      default -> named;
    };
  }

  private static int downsampling(ModelSpec<?> vqVae) {
    return 1 << vqVae.toTree().path("halvings").asInt();
  }

  private static String read(String resource) {
    try (InputStream in = Subjects.class.getResourceAsStream(resource)) {
      return new String(
          Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("a resource of the benchmarks cannot be read", e);
    }
  }
}
