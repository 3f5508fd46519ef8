package io.vlm4j.cli;

import io.vlm4j.data.source.Columns;
import io.vlm4j.eval.benchmark.Answering;
import io.vlm4j.eval.benchmark.Card;
import io.vlm4j.eval.benchmark.CardRun;
import io.vlm4j.eval.benchmark.Examinee;
import io.vlm4j.eval.benchmark.ModelExaminee;
import io.vlm4j.eval.benchmark.ModelHash;
import io.vlm4j.eval.benchmark.Watch;
import io.vlm4j.eval.benchmark.standin.StandIns;
import io.vlm4j.model.Chat;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;

/** Asks a model a suite of benchmarks, and shows how that goes. */
final class CardWriting {
  private final Path folder;
  private final BenchmarkOptions options;
  private final Columns columns;

  CardWriting(Path folder, BenchmarkOptions options, Columns columns) {
    this.folder = folder;
    this.options = options;
    this.columns = columns;
  }

  /** Asks, and writes the card; tasks that cannot be asked are named. */
  void run(ModelOption named, Device device) {
    Path files = named.folder();
    ModelFolder opened = ModelFolder.open(files);
    ModelSpec<?> spec = opened.spec();
    String hash = ModelHash.of(opened);
    if (options.isBlind()) {
      try (var chat = Chat.load(files, device, LoadOptions.DEFAULT)) {
        var examinee = new Answering(named.name() + ", blind", chat.blind());
        run(examinee, chat.model(), "blind-" + hash, device);
      }
    } else if (spec.readsPictures() && spec.family().dialogueTemplate().isPresent()) {
      try (var chat = Chat.load(files, device, LoadOptions.DEFAULT)) {
        var examinee = new ModelExaminee(named.name(), chat.model(), chat);
        run(examinee, chat.model(), hash, device);
      }
    } else {
      try (var model = Pretrained.load(files, device)) {
        run(new ModelExaminee(named.name(), model, null), model, hash, device);
      }
    }
  }

  private void run(Examinee examinee, Pretrained model, String hash, Device device) {
    String suite = options.suite().orElse("full");
    var tasks = new CardTasks(options, columns);
    Optional<Path> other = options.reference().map(NamedModel::folder);
    try (var reference = other.isPresent() ? Pretrained.load(other.get(), device) : null;
        var shown = new Shown()) {
      var facts =
          new Card.Model(
              examinee.name(), model.spec().family().name(), model.model().parameterCount(), hash);
      var planned =
          tasks.of(
              suite,
              reference == null || other.isEmpty()
                  ? null
                  : new StandIns.Reference(
                      new ModelExaminee("the reference", reference, null),
                      ModelHash.of(ModelFolder.open(other.get()))));
      new CardRun(folder, facts, examinee, shown).run(suite, planned);
    }
    Terminal.line("card", "%s", folder.resolve("card.html"));
  }

  /** Lines and a bar on the terminal. */
  private static final class Shown implements CardRun.Listener, AutoCloseable {
    private Terminal.@Nullable Bar bar;

    @Override
    public Watch begin(String task) {
      close();
      var begun = new Terminal.Bar(task);
      bar = begun;
      return begun::showPace;
    }

    @Override
    public void done(Card.Task task, boolean stored) {
      close();
      Card.Score main = task.main();
      System.out.printf(
          Locale.ROOT,
          "  %-18s %-24s %8.4f%s%s%s%s%n",
          task.task(),
          main.measure(),
          main.value(),
          main.low() == null
              ? ""
              : String.format(Locale.ROOT, "  %.4f to %.4f", main.low(), main.high()),
          main.chance() == null ? "" : String.format(Locale.ROOT, ", chance %.4f", main.chance()),
          main.baseline() == null
              ? ""
              : String.format(Locale.ROOT, ", %s %.4f", task.baseline(), main.baseline()),
          stored ? " (was there)" : "");
    }

    @Override
    public void skipped(Card.Skipped skipped) {
      close();
      System.out.printf("  %-18s not asked: %s%n", skipped.task(), skipped.reason());
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
