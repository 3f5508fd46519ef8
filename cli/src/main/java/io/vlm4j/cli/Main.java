package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.TensorException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The {@code vlm4j} command. */
@Command(
    name = "vlm4j",
    description = "Vision-language models on the JVM: train, evaluate and use them.",
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      TrainCommand.class,
      EvalCommand.class,
      EvalCaptionsCommand.class,
      EvalClassesCommand.class,
      SearchCommand.class,
      ProbeCommand.class,
      StudyCommand.class,
      ClassifyCommand.class,
      CaptionCommand.class,
      DrawCommand.class,
      AskCommand.class,
      ChatCommand.class,
      EmbedCommand.class,
      TokenizeCommand.class,
      TokenizerCommand.class,
      PreprocessCommand.class,
      DataCommand.class,
      PullCommand.class,
      ModelsCommand.class,
      InspectCommand.class,
      ConvertCommand.class,
      ParityCommand.class,
      DoctorCommand.class
    })
public final class Main implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.",
      scope = CommandLine.ScopeType.INHERIT)
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  @Option(
      names = "--stack-trace",
      description = "Show where in the code an error arose.",
      scope = CommandLine.ScopeType.INHERIT)
  private boolean stackTrace;

  private Main() {}

  /** Runs one command; the exit code is 0, or 1 for an error, 2 for a wrong command line. */
  public static void main(String[] args) {
    var main = new Main();
    var command = new CommandLine(main);
    command.registerConverter(NamedModel.class, NamedModel::new);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setExecutionExceptionHandler((error, _, _) -> main.report(error, command));
    command.setParameterExceptionHandler((error, _) -> {
      CommandLine failed = error.getCommandLine();
      failed.getErr().println("vlm4j: " + error.getMessage());
      failed.getErr().println("Try '" + failed.getCommandSpec().qualifiedName() + " --help'.");
      return 2;
    });
    int code = main.run(command, args);
    StopSignal.commandEnded();
    System.exit(code);
  }

  private int run(CommandLine command, String[] args) {
    try {
      return command.execute(args);
    } catch (Error error) { // picocli hands on exceptions only
      return report(error, command);
    }
  }

  private int report(Throwable error, CommandLine command) {
    if (stackTrace) {
      error.printStackTrace();
    }
    command.getErr().println("vlm4j: " + message(error));
    return 1;
  }

  private static String message(Throwable error) {
    return switch (error) {
      case InputException e -> String.valueOf(e.getMessage());
      case TensorException e -> String.valueOf(e.getMessage());
      case OutOfMemoryError _ ->
          "out of memory: choose a smaller --batch-size, or give Java more with"
              + " VLM4J_JAVA_OPTS=-Xmx4g";
      default ->
          "unexpected " + error + "; run again with --stack-trace, and report it if it persists";
    };
  }

  @Override
  public void run() {
    new CommandLine(this).usage(System.out);
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"vlm4j " + (version == null ? "(development)" : version)};
    }
  }
}
