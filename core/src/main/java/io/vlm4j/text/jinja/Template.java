package io.vlm4j.text.jinja;

import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A template that has been understood. Any number of threads may use it. */
public final class Template {
  private final String place;
  private final List<Statement> body;

  private Template(String place, List<Statement> body) {
    this.place = place;
    this.body = body;
  }

  /**
   * Reads a template.
   *
   * @param place where it is from, for messages
   * @throws InputException if it is wrong, or uses what is not supported; the line is named
   */
  public static Template parse(String source, String place) {
    try {
      return new Template(place, Parser.parse(source));
    } catch (InputException e) {
      throw new InputException(place + ", " + e.getMessage(), e);
    }
  }

  /**
   * Fills the template in.
   *
   * @param values by name: strings, numbers, truth values, lists, maps with strings as keys, nulls
   * @throws InputException if it uses what is not supported, or refuses the values itself
   */
  public String render(Map<String, ? extends @Nullable Object> values) {
    try {
      return new Interpreter(values).run(body);
    } catch (InputException e) {
      throw new InputException(place + ", " + e.getMessage(), e);
    }
  }
}
