package io.vlm4j.cli;

import io.vlm4j.data.records.RecordFormats;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Lists the annotation layouts. */
@Command(
    name = "formats",
    description = {
      "Lists the annotation layouts that --format takes, and the files that each needs, in their"
          + " order.",
      "One that ends with ? may be left out."
    })
final class DataFormatsCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    for (RecordFormats.Format format : RecordFormats.all()) {
      System.out.printf(
          Locale.ROOT,
          "%-22s %-65s %s%n",
          format.name(),
          format.description(),
          String.join(", ", format.files()));
    }
    return 0;
  }
}
