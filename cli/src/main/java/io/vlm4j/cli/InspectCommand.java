package io.vlm4j.cli;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.LoadReport;
import io.vlm4j.model.ModelFolder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Says what a model folder holds. */
@Command(
    name = "inspect",
    description = "Says what a model folder holds; the weights are not loaded.")
final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = NamedModel.DESCRIPTION)
  private NamedModel model = new NamedModel("");

  @Override
  public Integer call() {
    ModelFolder folder = ModelFolder.open(model.folder());
    var spec = folder.spec();
    Terminal.line(
        "model", "%s, %s layout, %s", spec.family().name(), folder.layout(), folder.path());
    sizes(spec.toTree());
    parameters(spec.shapes());
    weights(folder);
    if (folder.spec().readsPictures()) {
      pictures(folder.preprocessing());
    }
    texts(folder);
    report(folder.report());
    return 0;
  }

  /** The configuration: one line for each part, and one for what belongs to none. */
  private static void sizes(ObjectNode tree) {
    var whole = new StringJoiner(", ");
    for (var entry : tree.properties()) {
      if (entry.getValue() instanceof ObjectNode part) {
        var values = new StringJoiner(", ");
        part.properties()
            .forEach(value -> values.add(value.getKey() + " " + text(value.getValue())));
        Terminal.line(entry.getKey(), "%s", values);
      } else if (!entry.getKey().equals("family")) {
        whole.add(entry.getKey() + " " + text(entry.getValue()));
      }
    }
    Terminal.line("sizes", "%s", whole);
  }

  private static String text(JsonNode value) {
    return value.isContainer() ? Json.toLine(value) : value.asString();
  }

  private static void parameters(Map<String, long[]> shapes) {
    var parts = new LinkedHashMap<String, Long>();
    shapes.forEach((name, shape) ->
        parts.merge(
            name.contains(".") ? name.substring(0, name.indexOf('.')) : "scale",
            size(shape),
            Long::sum));
    long all = parts.values().stream().mapToLong(Long::longValue).sum();
    var each = new StringJoiner(", ");
    parts.forEach((part, count) -> each.add(String.format(Locale.ROOT, "%s %,d", part, count)));
    Terminal.line("parameters", "%,d: %s", all, each);
    Terminal.line("memory", "%,.0f MB in f32, %,.0f MB in bf16", all * 4 / 1e6, all * 2 / 1e6);
  }

  private static long size(long[] shape) {
    return LongStream.of(shape).reduce(1, (a, b) -> a * b);
  }

  private static void weights(ModelFolder folder) {
    var values = new TreeMap<String, Long>();
    try (TensorSource source = folder.weights()) {
      for (String name : source.names()) {
        values.merge(source.type(name).toString(), size(source.shape(name)), Long::sum);
      }
      var types = new StringJoiner(", ");
      values.forEach(
          (type, count) -> types.add(String.format(Locale.ROOT, "%,d of type %s", count, type)));
      Terminal.line(
          "weights",
          "%s: %d tensors, values %s",
          folder.weightsFile().getFileName(),
          source.names().size(),
          types);
    }
  }

  private static void pictures(Preprocessing recipe) {
    Terminal.line(
        "pictures",
        "%s to %s, %s%s; times %.6g, minus %s, by %s",
        recipe.mode().name().toLowerCase(Locale.ROOT),
        recipe.resized(),
        recipe.filter().name().toLowerCase(Locale.ROOT),
        recipe.result().equals(recipe.resized()) ? "" : ", of which the middle " + recipe.result(),
        recipe.rescale(),
        recipe.mean(),
        recipe.std());
  }

  private static void texts(ModelFolder folder) {
    try (var tokenizer = folder.tokenizer()) {
      var rules = tokenizer.rules();
      Terminal.line(
          "texts",
          "%d ids of %,d; start %s, end %s, padding id %d; cleaning %s",
          tokenizer.contextLength(),
          tokenizer.vocabularySize(),
          rules.start().orElse("none"),
          rules.end(),
          tokenizer.padId(),
          rules.cleaning().steps().isEmpty() ? "none" : rules.cleaning());
    } catch (InputException e) {
      Terminal.line("texts", "no tokenizer that can be used: %s", String.valueOf(e.getMessage()));
    }
  }

  private static void report(LoadReport report) {
    Terminal.line(
        "fit", "%s", report.isExact() ? "every tensor has its place" : "with differences");
    report.lines().forEach(line -> Terminal.line("", "%s", line));
    report.ignored().forEach(entry -> Terminal.line("", "passed over: %s", entry));
  }
}
