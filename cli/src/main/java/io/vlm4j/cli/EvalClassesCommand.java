package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.eval.ClassTask;
import io.vlm4j.eval.ZeroShot;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares models in telling classes apart, whether they embed or say how likely pictures are. */
@Command(
    name = "eval-classes",
    description = {
      "Measures how well models tell classes of the demo's test drawings apart: their groups, and",
      "names of some of them. A model that embeds takes the nearest text; one that says how",
      "probable a picture is where a text is given, the text that makes it most probable."
    })
final class EvalClassesCommand implements Callable<Integer> {
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "A model to measure, several times if you like. " + NamedModel.DESCRIPTION)
  private List<NamedModel> models = new ArrayList<>();

  @Option(
      names = "--pictures",
      paramLabel = "N",
      defaultValue = "200",
      description = "Pictures of each style and part for the groups (default: ${DEFAULT-VALUE}).")
  private int pictures = 200;

  @Option(
      names = "--names",
      paramLabel = "N",
      defaultValue = "20",
      description = "Names of each style and part to tell apart (default: ${DEFAULT-VALUE}).")
  private int names = 20;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Which of them (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Also write the numbers there, one JSON object a line.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    Device device = devices.open();
    List<ClassTask> tasks = tasks();
    System.out.printf(
        "%-32s %-36s %8s %8s %7s %9s %6s%n",
        "model", "task", "pictures", "classes", "chance", "accuracy", "+-");
    var lines = new StringBuilder();
    for (NamedModel named : models) {
      try (var model = Pretrained.load(named.folder(), device)) {
        for (ClassTask task : tasks) {
          lines.append(measured(named.name(), model, task)).append('\n');
        }
      }
    }
    if (out != null) {
      AtomicFiles.writeString(out, lines.toString());
    }
    return 0;
  }

  private List<ClassTask> tasks() {
    IconSplit split = IconSplit.load();
    IconCorpus corpus = Corpus.open(split, Corpus.RENDERED_SIZE, Integer.MAX_VALUE);
    var tasks = new ArrayList<ClassTask>();
    for (String style : split.galleries().keySet()) {
      for (String concepts : List.of(IconSplit.SEEN, IconSplit.HELD_OUT)) {
        List<Sample> gallery = corpus.gallery(split, style, concepts);
        String place = style + " " + concepts + " ";
        tasks.add(
            ClassTask.of(place + "groups", gallery, pictures, seed, EvalClassesCommand::group));
        tasks.add(ClassTask.ofSome(place + "names", gallery, names, seed, Sample::text));
      }
    }
    return tasks;
  }

  private static String group(Sample sample) {
    return DemoEvaluation.prompt(sample.label(IconCorpus.GROUP));
  }

  /** With one standard error of the share. */
  private static String measured(String name, Pretrained model, ClassTask task) {
    ZeroShot result = task.ask(model);
    int count = task.samples().size();
    double accuracy = result.accuracy();
    double error = Math.sqrt(accuracy * (1 - accuracy) / count);
    System.out.printf(
        Locale.ROOT,
        "%-32s %-36s %8d %8d %7.3f %9.3f %6.3f%n",
        name,
        task.name(),
        count,
        task.texts().size(),
        task.chance(),
        accuracy,
        error);
    var line = new LinkedHashMap<String, Object>();
    line.put("model", name);
    line.put("task", task.name());
    line.put("n", count);
    line.put("classes", task.texts().size());
    line.put("acc1", accuracy);
    line.put("standard_error", error);
    line.put("mean_per_class_recall", result.meanPerClassRecall());
    return Json.toLine(line);
  }
}
