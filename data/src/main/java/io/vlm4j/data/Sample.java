package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One record of any data set: a picture with captions, a document, a dialogue, a question.
 *
 * @param key its name, stable and unique within its data set
 * @param origin where it was read: a file and line, an archive and member; for messages
 * @param parts what it is made of, in order
 * @param metadata whatever else is known: the values of JSON (text, numbers, booleans, lists, maps,
 *     null) by name, in order
 */
public record Sample(
    String key, String origin, List<Part> parts, Map<String, @Nullable Object> metadata) {
  /** Copies the parts and the metadata. */
  public Sample {
    parts = List.copyOf(parts);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** A picture and what is said of it, the principal text first. */
  public static Sample pair(
      String key,
      String origin,
      Picture picture,
      List<String> texts,
      Map<String, ? extends @Nullable Object> metadata) {
    return new Sample(
        key,
        origin,
        Stream.concat(Stream.of(picture), texts.stream().map(Part.Text::new)).toList(),
        new LinkedHashMap<>(metadata));
  }

  /** The parts of one kind, in order. */
  public <P extends Part> List<P> all(Class<P> kind) {
    return parts.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The texts that stand by themselves, the principal one first; those of turns are not here. */
  public List<String> texts() {
    return parts.stream().flatMap(Sample::textOf).toList();
  }

  /**
   * The principal text.
   *
   * @throws InputException if there is none
   */
  public String text() {
    return texts().stream()
        .findFirst()
        .orElseThrow(() -> new InputException(origin + ": the sample has no text"));
  }

  /** All pictures, those of turns and frames too, in order. */
  public List<Picture> pictures() {
    return parts.stream().flatMap(Sample::picturesOf).toList();
  }

  /**
   * The first picture.
   *
   * @throws InputException if there is none
   */
  public Picture picture() {
    return parts.stream()
        .flatMap(Sample::picturesOf)
        .findFirst()
        .orElseThrow(() -> new InputException(origin + ": the sample has no picture"));
  }

  /** A value of the metadata as text; empty if it is not known. */
  public String label(String name) {
    Object value = metadata.get(name);
    return value == null ? "" : value.toString();
  }

  /** This sample with other parts. */
  public Sample withParts(List<Part> other) {
    return new Sample(key, origin, other, metadata);
  }

  static Stream<String> textOf(Part part) {
    return part instanceof Part.Text(String value) ? Stream.of(value) : Stream.empty();
  }

  private static Stream<Picture> picturesOf(Part part) {
    return switch (part) {
      case Picture picture -> Stream.of(picture);
      case Part.Frames frames -> frames.pictures().stream();
      case Part.Turn turn -> turn.content().stream().flatMap(Sample::picturesOf);
      case Part.Preference p ->
          Stream.of(p.prompt(), p.chosen(), p.rejected())
              .flatMap(List::stream)
              .flatMap(Sample::picturesOf);
      default -> Stream.empty();
    };
  }
}
