package io.vlm4j.cli;

import io.vlm4j.data.Conversion;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Writes a data set in another layout. */
@Command(
    name = "convert",
    description = {
      "Writes a data set in another layout, in shards; samples that are broken are left out.",
      "The same command continues where it was stopped."
    })
final class DataConvertCommand implements Callable<Integer> {
  @Mixin private final DataInput input = new DataInput();
  @Mixin private final DataOutput output = new DataOutput();

  @Override
  public Integer call() {
    var skipped = new SkippedSamples();
    Source source = input.open();
    var settings = output.settings(input.limit());
    var sinks = output.sinks(source, input, skipped);
    var conversion = new Conversion(source, output.folder(), settings, skipped);
    DataOutput.run(conversion, sinks.apply(output.folder()), "converted", output.folder());
    DataOutput.tell(skipped);
    return 0;
  }
}
