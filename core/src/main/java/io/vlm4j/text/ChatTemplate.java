package io.vlm4j.text;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.text.jinja.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a dialogue becomes the one text that a model was trained on: a Jinja template of its folder,
 * or a named one.
 *
 * <p>Messages that hold pictures are given to the template as lists of parts if it speaks of their
 * types, as transformers' users do; else as strings in which {@value #PICTURE} stands for each.
 */
public final class ChatTemplate {
  /** What stands for a picture in a text. */
  public static final String PICTURE = "<image>";

  private static final String FILE = "chat_template.jinja";
  private static final List<String> PIECES =
      List.of("bos_token", "eos_token", "pad_token", "unk_token");

  /** Templates by name, for folders that bring none. */
  private static final Map<String, String> NAMED =
      Map.of(
          "plain",
          "{% for m in messages %}"
              + "{% if m.role == 'system' %}{{ m.content + '\\n' }}"
              + "{% elif m.role == 'user' %}{{ 'User: ' + m.content + '\\n' }}"
              + "{% else %}{{ 'Assistant: ' + m.content + eos_token }}{% endif %}"
              + "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}",
          "chatml",
          "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n'"
              + " }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{%"
              + " endif %}",
          "vicuna",
          "{% for m in messages %}"
              + "{% if m.role == 'system' %}{{ m.content + ' ' }}"
              + "{% elif m.role == 'user' %}{{ 'USER: ' + m.content + ' ' }}"
              + "{% else %}{{ 'ASSISTANT: ' + m.content + eos_token }}{% endif %}"
              + "{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}");

  /** Who speaks. */
  public enum Role {
    /** Instructions for the whole dialogue. */
    SYSTEM,
    /** Who asks. */
    USER,
    /** The model. */
    ASSISTANT;

    /** The name in templates. */
    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A part of a message. */
  public sealed interface Part {
    /** Words. */
    record Text(String text) implements Part {}

    /** The next of the dialogue's pictures. */
    record Picture() implements Part {}
  }

  /** What one says at a time. */
  public record Message(Role role, List<Part> parts) {
    /** Copies the parts. */
    public Message {
      parts = List.copyOf(parts);
    }

    /** A message of words alone. */
    public Message(Role role, String text) {
      this(role, List.of(new Part.Text(text)));
    }

    /** The number of pictures. */
    public long pictures() {
      return parts.stream().filter(Part.Picture.class::isInstance).count();
    }
  }

  private final String source;
  private final Template template;
  private final Map<String, String> pieces;
  private final boolean knowsParts;
  private final boolean knowsStrings;

  private ChatTemplate(String source, String place, Map<String, String> pieces) {
    this.source = source;
    this.pieces = Map.copyOf(pieces);
    template = Template.parse(source, place);
    knowsParts = source.contains("'type'") || source.contains("\"type\"");
    knowsStrings = !knowsParts || source.contains("is string");
  }

  /**
   * The template of a model folder, in {@code chat_template.jinja}, {@code chat_template.json} or
   * {@code tokenizer_config.json}; none if there is none.
   *
   * @throws InputException if it is wrong, or uses what is not supported
   */
  public static Optional<ChatTemplate> read(Path folder) {
    Map<String, String> pieces = pieces(folder);
    Path file = folder.resolve(FILE);
    if (Files.isRegularFile(file)) {
      try {
        return Optional.of(new ChatTemplate(Files.readString(file), file.toString(), pieces));
      } catch (IOException e) {
        throw Json.cannotRead(file, e);
      }
    }
    for (String name :
        List.of("chat_template.json", "processor_config.json", "tokenizer_config.json")) {
      Path json = folder.resolve(name);
      Optional<String> source =
          Files.isRegularFile(json)
              ? source(Json.readObject(json).path("chat_template"))
              : Optional.empty();
      if (source.isPresent()) {
        return Optional.of(new ChatTemplate(source.get(), json + " chat_template", pieces));
      }
    }
    return Optional.empty();
  }

  /** One template, or that of the name "default" of several. */
  private static Optional<String> source(JsonNode node) {
    if (node.isString()) {
      return Optional.of(node.asString());
    }
    for (JsonNode each : node) {
      if (each.path("name").asString("").equals("default")) {
        return Optional.of(each.path("template").asString(""));
      }
    }
    return Optional.empty();
  }

  private static Map<String, String> pieces(Path folder) {
    var pieces = new HashMap<String, String>();
    for (String name : List.of("special_tokens_map.json", "tokenizer_config.json")) {
      Path json = folder.resolve(name);
      if (Files.isRegularFile(json)) {
        ObjectNode tree = Json.readObject(json);
        for (String piece : PIECES) {
          JsonNode token = tree.path(piece);
          String content =
              token.isObject() ? token.path("content").asString("") : token.asString("");
          if (!content.isEmpty()) {
            pieces.put(piece, content);
          }
        }
      }
    }
    return pieces;
  }

  /**
   * A template that needs no folder.
   *
   * @param name {@code plain}, {@code chatml} or {@code vicuna}
   * @param end the piece that ends a text
   * @throws InputException if there is no such template
   */
  public static ChatTemplate named(String name, String end) {
    String source = NAMED.get(name);
    if (source == null) {
      throw new InputException(
          "unknown chat template '"
              + name
              + "': use one of "
              + NAMED.keySet().stream().sorted().toList());
    }
    return new ChatTemplate(source, "chat template '" + name + "'", Map.of("eos_token", end));
  }

  /**
   * A template that brings the special pieces which it writes.
   *
   * @param name what messages call it
   * @throws InputException if it is wrong, or uses what is not supported
   */
  public static ChatTemplate of(String source, String name) {
    return new ChatTemplate(source, "chat template '" + name + "'", Map.of());
  }

  /**
   * The text of a dialogue.
   *
   * @param asks whether the model is to go on: then the text ends where its answer begins
   * @throws InputException if the template refuses the dialogue
   */
  public String render(List<Message> messages, boolean asks) {
    var values = new HashMap<String, Object>();
    PIECES.forEach(piece -> values.put(piece, pieces.getOrDefault(piece, "")));
    values.put("add_generation_prompt", asks);
    var list = new ArrayList<Map<String, Object>>();
    for (Message message : messages) {
      var each = new LinkedHashMap<String, Object>();
      each.put("role", message.role.id());
      each.put("content", content(message));
      list.add(each);
    }
    values.put("messages", list);
    return template.render(values);
  }

  private Object content(Message message) {
    if (knowsStrings && (message.pictures() == 0 || !knowsParts)) {
      return message.parts.stream()
          .map(part -> part instanceof Part.Text(String text) ? text : PICTURE)
          .collect(Collectors.joining());
    }
    var parts = new ArrayList<Map<String, Object>>();
    for (Part part : message.parts) {
      parts.add(
          part instanceof Part.Text(String text)
              ? Map.of("type", "text", "text", text)
              : Map.of("type", "image"));
    }
    return parts;
  }

  /** Whether the template speaks of a piece. */
  public boolean mentions(String piece) {
    return source.contains(piece);
  }

  /** Writes the template into a model folder. */
  public void write(Path folder) {
    AtomicFiles.writeString(folder.resolve(FILE), source);
  }
}
