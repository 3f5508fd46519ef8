package io.vlm4j.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for data sets. */
@Command(
    name = "data",
    description = "Looks at data sets, downloads, makes, converts and splits them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DataInspectCommand.class,
      DataConvertCommand.class,
      DataDownloadCommand.class,
      DataSplitCommand.class,
      DataTextPicturesCommand.class,
      DataGlossesCommand.class,
      DataFormatsCommand.class
    })
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    new CommandLine(spec).usage(System.out);
  }
}
