package io.vlm4j.model;

import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Which tensor of a checkpoint goes into which parameter, settled from names and shapes before any
 * value is read. Each tensor is then read once, straight into its parameter.
 */
final class LoadPlan {
  /** Sources are the checkpoint's own names of the parts; positions are set if rows must change. */
  private record Step(KeyMap.Parts parts, List<String> sources, @Nullable Positions positions) {}

  private final TensorSource source;
  private final Map<String, Step> steps = new LinkedHashMap<>();
  private final List<LoadReport.Entry> missing = new ArrayList<>();
  private final List<LoadReport.Change> misshapen = new ArrayList<>();
  private final List<LoadReport.Change> adapted = new ArrayList<>();
  private final LoadReport report;

  /**
   * Settles what goes where.
   *
   * @param ours shapes of the parameters by name
   * @param positions tables among the parameters that may be fitted to another size
   */
  LoadPlan(
      Map<String, long[]> ours,
      KeyMap keys,
      Map<String, Positions> positions,
      TensorSource source) {
    this.source = source;
    var byPlain = new LinkedHashMap<String, String>();
    source.names().forEach(name -> byPlain.put(keys.plain(name), name));
    var left = new LinkedHashSet<>(source.names());
    ours.forEach((name, shape) -> {
      KeyMap.Parts parts = keys.parts(name);
      var found = new LinkedHashMap<String, String>();
      for (String part : parts.names()) {
        String given = byPlain.get(keys.plain(part));
        if (given != null) {
          found.put(part, given);
          left.remove(given);
        }
      }
      settle(name, shape, parts, found, positions.get(name));
    });
    var unexpected = new ArrayList<LoadReport.Entry>();
    var ignored = new ArrayList<LoadReport.Entry>();
    for (String name : left) {
      (keys.ignores(name) ? ignored : unexpected)
          .add(new LoadReport.Entry(name, source.shape(name)));
    }
    report = new LoadReport(missing, unexpected, misshapen, adapted, ignored);
  }

  private void settle(
      String name,
      long[] shape,
      KeyMap.Parts parts,
      Map<String, String> found,
      @Nullable Positions positions) {
    List<long[]> wanted = parts.shapes(shape);
    var sources = new ArrayList<String>();
    boolean fits = true;
    boolean adapts = false;
    for (int i = 0; i < wanted.size(); i++) {
      String part = parts.names().get(i);
      String given = found.get(part);
      if (given == null && parts.areTied() && !found.isEmpty()) {
        continue; // one of its names is enough
      }
      if (given == null) {
        if (missing.stream().noneMatch(entry -> entry.name().equals(part))) {
          missing.add(new LoadReport.Entry(part, wanted.get(i))); // it may hold several of ours
        }
        fits = false;
        continue;
      }
      sources.add(given);
      long[] has = source.shape(given);
      if (!parts.accepts(has, wanted.get(i))) {
        String how = adaptation(positions, has, wanted.get(i));
        List<LoadReport.Change> changes = how.isEmpty() ? misshapen : adapted;
        if (changes.stream().noneMatch(change -> change.name().equals(given))) {
          changes.add(new LoadReport.Change(given, has, wanted.get(i), how));
        }
        fits &= !how.isEmpty();
        adapts = true;
      }
    }
    if (fits) {
      steps.put(name, new Step(parts, sources, adapts ? positions : null));
    }
  }

  /** How one table of positions can serve as another; empty if it cannot. */
  private static String adaptation(@Nullable Positions positions, long[] found, long[] wanted) {
    int rows = wanted.length - 2;
    if (positions == null || rows < 0 || found.length != wanted.length) {
      return "";
    }
    long[] sameRows = found.clone();
    sameRows[rows] = wanted[rows];
    return Arrays.equals(sameRows, wanted)
        ? Objects.requireNonNullElse(positions.adaptation(found[rows], wanted[rows]), "")
        : "";
  }

  /** How the checkpoint fits. */
  LoadReport report() {
    return report;
  }

  /** Our tensor of that name, as the checkpoint holds it; null if it does not. */
  @Nullable Tensor read(String ours) {
    Step step = steps.get(ours);
    return step == null ? null : step.parts.join(step.sources.stream().map(source::read).toList());
  }

  /** Reads all values that fit, on all processors; the others are left alone. */
  void run(Map<String, Tensor> parameters) {
    run(parameters, Set.of());
  }

  /**
   * Reads all values, some of them into 8 bits: one after the other, so that beside what is held
   * there is never more than one matrix as the file has it.
   *
   * @param int8 names of matrices that are held in 8 bits
   */
  void run(Model model, Set<String> int8) {
    var matrices = model.matrices();
    for (String name : int8) {
      try (var _ = new Scope()) {
        Objects.requireNonNull(matrices.get(name), name)
            .holdInt8(Objects.requireNonNull(read(name), name));
      }
    }
    run(model.weights(), int8);
  }

  private void run(Map<String, Tensor> parameters, Set<String> done) {
    steps.entrySet().parallelStream()
        .filter(step -> !done.contains(step.getKey()))
        .forEach(step -> {
          String name = step.getKey();
          try (var _ = new NoGrad();
              var _ = new Scope()) {
            read(step.getValue(), Objects.requireNonNull(parameters.get(name), name).detach());
          }
        });
  }

  private void read(Step step, Tensor target) {
    if (step.positions != null || !step.parts.inPlace() || !target.is_cpu()) {
      Tensor value = step.parts.join(step.sources.stream().map(source::read).toList());
      target.copy_(step.positions == null ? value : step.positions.adapted(value, target.size(0)));
      return;
    }
    List<Tensor> places = step.parts.split(target);
    for (int i = 0; i < step.sources.size(); i++) { // a tied tensor may have fewer
      String name = step.sources.get(i);
      source.read(name, places.get(i).view(source.shape(name)));
    }
  }
}
