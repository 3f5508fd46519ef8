package io.vlm4j.cli;

import io.vlm4j.io.Json;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.text.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Shows what a model makes of texts. */
@Command(
    name = "tokenize",
    description = {
      "Shows the tokens of texts, a line of JSON each; the weights are not loaded.",
      "length counts the whole text's tokens, ids are those that the model sees."
    })
final class TokenizeCommand implements Callable<Integer> {
  @Mixin private final ModelOption model = new ModelOption();

  @Parameters(paramLabel = "TEXT", description = "Texts (default: the lines of standard input).")
  private List<String> texts = new ArrayList<>();

  @Override
  public Integer call() {
    try (Tokenizer tokenizer = ModelFolder.open(model.folder()).tokenizer()) {
      if (!texts.isEmpty()) {
        texts.forEach(text -> show(tokenizer, text));
        return 0;
      }
      var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        show(tokenizer, line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input", e);
    }
    return 0;
  }

  private static void show(Tokenizer tokenizer, String text) {
    ObjectNode line = Json.object().put("text", text);
    var ids = line.putArray("ids");
    var tokens = Json.object().putArray("tokens");
    for (long id : tokenizer.encode(text)) {
      ids.add(id);
      tokens.add(token(tokenizer, id));
    }
    int length = tokenizer.length(text);
    line.set("tokens", tokens);
    line.put("length", length).put("truncated", length > tokenizer.contextLength());
    // Bytes, because Java's own encoding of standard output may not have every character.
    byte[] bytes = (Json.toLine(line) + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }

  /** A token on its own; special ones, which decoding leaves out, by their names. */
  private static String token(Tokenizer tokenizer, long id) {
    if (id == tokenizer.endId()) {
      return tokenizer.rules().end();
    }
    if (tokenizer.startId().isPresent() && id == tokenizer.startId().getAsLong()) {
      return tokenizer.rules().start().orElse("");
    }
    return tokenizer.decode(new long[] {id});
  }
}
