package io.vlm4j.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for image tokenizers. */
@Command(
    name = "tokenizer",
    description = "Trains image tokenizers, and turns pictures into codes and back.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TokenizerTrainCommand.class,
      TokenizerEvalCommand.class,
      TokenizerEncodeCommand.class,
      TokenizerDecodeCommand.class
    })
final class TokenizerCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    new CommandLine(spec).usage(System.out);
  }
}
