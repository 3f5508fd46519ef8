package io.vlm4j.model;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * How a layout names and shapes the parameters of a family: one description for reading and
 * writing.
 *
 * <p>A rule pairs a name of ours with one or more of theirs. A {@code *} stands for a run of
 * characters without a dot and takes the same values on both sides.
 */
public final class KeyMap {
  private enum Form {
    SAME,
    TRANSPOSED,
    THIRDS,
    ONE_ELEMENT
  }

  private record Rule(String ours, List<String> theirs, Form form) {}

  private final List<Rule> rules;
  private final List<String> ignored;

  private KeyMap(List<Rule> rules, List<String> ignored) {
    this.rules = rules;
    this.ignored = ignored;
  }

  /** Begins a description. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects rules; the first that matches a name is used. */
  public static final class Builder {
    private final List<Rule> rules = new ArrayList<>();
    private final List<String> ignored = new ArrayList<>();

    private Builder() {}

    /** The same tensor under another name. */
    public Builder rename(String ours, String theirs) {
      rules.add(new Rule(ours, List.of(theirs), Form.SAME));
      return this;
    }

    /** A matrix that they hold the other way round. */
    public Builder transpose(String ours, String theirs) {
      rules.add(new Rule(ours, List.of(theirs), Form.TRANSPOSED));
      return this;
    }

    /** A tensor of which they hold the thirds along the first dimension. */
    public Builder split(String ours, String first, String second, String third) {
      rules.add(new Rule(ours, List.of(first, second, third), Form.THIRDS));
      return this;
    }

    /** A scalar that they hold as a vector of one element. */
    public Builder oneElement(String ours, String theirs) {
      rules.add(new Rule(ours, List.of(theirs), Form.ONE_ELEMENT));
      return this;
    }

    /** Something of theirs that is no parameter, such as a constant; it is passed over. */
    public Builder ignore(String theirs) {
      ignored.add(theirs);
      return this;
    }

    /** The description. */
    public KeyMap build() {
      return new KeyMap(List.copyOf(rules), List.copyOf(ignored));
    }
  }

  /** Our tensors as the layout holds them; views where possible. */
  public SequencedMap<String, Tensor> toTheirs(Map<String, Tensor> ours) {
    var theirs = new LinkedHashMap<String, Tensor>();
    ours.forEach((name, tensor) -> {
      for (Rule rule : rules) {
        List<String> stars = match(rule.ours, name);
        if (stars != null) {
          List<Tensor> parts = take(rule.form, tensor);
          for (int i = 0; i < parts.size(); i++) {
            theirs.put(fill(rule.theirs.get(i), stars), parts.get(i));
          }
          return;
        }
      }
      throw new IllegalStateException("no rule names '" + name + "'");
    });
    return theirs;
  }

  /**
   * The layout's tensors as we hold them. Names that no rule knows come back unchanged.
   *
   * @throws InputException if a part of one of our tensors is missing or of an impossible shape;
   *     {@code place} names where the tensors come from
   */
  public SequencedMap<String, Tensor> toOurs(Map<String, Tensor> theirs, String place) {
    var ours = new LinkedHashMap<String, Tensor>();
    theirs.forEach((name, tensor) -> {
      for (Rule rule : rules) {
        List<String> stars = match(rule.theirs.getFirst(), name);
        if (stars != null) {
          List<String> names = rule.theirs.stream().map(their -> fill(their, stars)).toList();
          List<Tensor> parts = names.stream().map(part -> require(theirs, part, place)).toList();
          requireForm(rule.form, names, parts, place);
          ours.put(fill(rule.ours, stars), join(rule.form, parts));
          return;
        }
      }
      if (ignored.stream().anyMatch(pattern -> match(pattern, name) != null)) {
        return;
      }
      boolean isPart =
          rules.stream()
              .flatMap(rule -> rule.theirs.stream().skip(1))
              .anyMatch(their -> match(their, name) != null);
      if (!isPart) {
        ours.put(name, tensor);
      }
    });
    return ours;
  }

  private static Tensor require(Map<String, Tensor> theirs, String name, String place) {
    Tensor tensor = theirs.get(name);
    if (tensor == null) {
      throw new InputException(place + ": there is no '" + name + "'");
    }
    return tensor;
  }

  private static void requireForm(Form form, List<String> names, List<Tensor> parts, String place) {
    boolean isPossible =
        switch (form) {
          case SAME -> true;
          case TRANSPOSED -> parts.getFirst().dim() == 2;
          case ONE_ELEMENT -> parts.getFirst().numel() == 1;
          case THIRDS ->
              parts.getFirst().dim() > 0
                  && parts.stream()
                      .allMatch(part -> Arrays.equals(part.shape(), parts.getFirst().shape()));
        };
    if (!isPossible) {
      throw new InputException(
          place
              + ": impossible shapes of "
              + names
              + ": "
              + parts.stream().map(part -> Arrays.toString(part.shape())).toList());
    }
  }

  private static List<Tensor> take(Form form, Tensor tensor) {
    return switch (form) {
      case SAME -> List.of(tensor);
      case TRANSPOSED -> List.of(tensor.t());
      case ONE_ELEMENT -> List.of(tensor.reshape(1));
      case THIRDS -> {
        TensorVector parts = tensor.chunk(3, 0);
        yield List.of(parts.get(0), parts.get(1), parts.get(2));
      }
    };
  }

  private static Tensor join(Form form, List<Tensor> parts) {
    return switch (form) {
      case SAME -> parts.getFirst();
      case TRANSPOSED -> parts.getFirst().t();
      case ONE_ELEMENT -> parts.getFirst().reshape(new long[0]);
      case THIRDS -> torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    };
  }

  private static @Nullable List<String> match(String pattern, String name) {
    String regex =
        Stream.of(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("([^.]+)"));
    Matcher matcher = Pattern.compile(regex).matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    var stars = new ArrayList<String>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      stars.add(matcher.group(i));
    }
    return stars;
  }

  private static String fill(String pattern, List<String> stars) {
    String name = pattern;
    for (String star : stars) {
      name = name.replaceFirst("\\*", Matcher.quoteReplacement(star));
    }
    return name;
  }
}
