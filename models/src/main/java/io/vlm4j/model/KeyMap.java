package io.vlm4j.model;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    LEADING_ONE,
    SCALAR,
    ONE_ELEMENT,
    TIED,
    JOINED,
    JOINED_TRANSPOSED
  }

  /**
   * Shares are of our first dimension, one for each of their tensors; or, where one of theirs holds
   * several of ours, one for each of those in {@code group}.
   */
  private record Rule(
      String ours,
      List<String> theirs,
      Form form,
      List<Integer> shares,
      List<String> group,
      Pattern pattern) {
    Rule(String ours, List<String> theirs, Form form, List<Integer> shares, List<String> group) {
      this(ours, theirs, form, shares, group, compile(ours));
    }

    Rule(String ours, List<String> theirs, Form form, List<Integer> shares) {
      this(ours, theirs, form, shares, List.of());
    }

    boolean isJoined() {
      return form == Form.JOINED || form == Form.JOINED_TRANSPOSED;
    }

    int total() {
      return shares.stream().mapToInt(Integer::intValue).sum();
    }

    /** Ours within theirs: the share before it, and its own. */
    int before() {
      return shares.stream().limit(group.indexOf(ours)).mapToInt(Integer::intValue).sum();
    }

    int own() {
      return shares.get(group.indexOf(ours));
    }
  }

  private final List<Rule> rules;
  private final List<String> prefixes;
  private final List<String> ignored;
  private final List<Pattern> ignoredPatterns;
  private final Map<String, String> aliases;

  private KeyMap(Builder builder) {
    rules = List.copyOf(builder.rules);
    prefixes = List.copyOf(builder.prefixes);
    aliases = new LinkedHashMap<>(builder.aliases);
    ignored = List.copyOf(builder.ignored);
    ignoredPatterns = ignored.stream().map(this::plain).map(KeyMap::compile).toList();
  }

  /** Begins a description. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects rules; the first that matches a name is used. */
  public static final class Builder {
    private final List<Rule> rules = new ArrayList<>();
    private final List<String> ignored = new ArrayList<>();
    private final List<String> prefixes = new ArrayList<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();

    private Builder() {}

    private Builder rule(String ours, String theirs, Form form) {
      rules.add(new Rule(ours, List.of(theirs), form, List.of(1)));
      return this;
    }

    /** The same tensor under another name. */
    public Builder rename(String ours, String theirs) {
      return rule(ours, theirs, Form.SAME);
    }

    /** A matrix that they hold the other way round. */
    public Builder transpose(String ours, String theirs) {
      return rule(ours, theirs, Form.TRANSPOSED);
    }

    /** A tensor that they hold with a dimension of one before the others. */
    public Builder leadingOne(String ours, String theirs) {
      return rule(ours, theirs, Form.LEADING_ONE);
    }

    /** A scalar in both; read from a tensor of one element with any number of dimensions. */
    public Builder scalar(String ours, String theirs) {
      return rule(ours, theirs, Form.SCALAR);
    }

    /** A scalar that they hold as a vector of one element; read as {@link #scalar}. */
    public Builder oneElement(String ours, String theirs) {
      return rule(ours, theirs, Form.ONE_ELEMENT);
    }

    /** A tensor that they hold under several names; any one of them is enough to read it. */
    public Builder tied(String ours, String... names) {
      rules.add(new Rule(ours, List.of(names), Form.TIED, List.of(1)));
      return this;
    }

    /** A tensor of which they hold equal parts along the first dimension. */
    public Builder split(String ours, String... parts) {
      rules.add(new Rule(ours, List.of(parts), Form.SAME, Collections.nCopies(parts.length, 1)));
      return this;
    }

    /** A tensor of which they hold the first third and the rest along the first dimension. */
    public Builder splitFirst(String ours, String first, String rest) {
      rules.add(new Rule(ours, List.of(first, rest), Form.SAME, List.of(1, 2)));
      return this;
    }

    /**
     * Tensors of ours that are one of theirs, along the first dimension.
     *
     * @param shares of theirs, one for each of ours
     */
    public Builder join(String theirs, List<Integer> shares, String... ours) {
      return join(theirs, Form.JOINED, shares, ours);
    }

    /** Matrices of ours of one size that are one of theirs, which they hold the other way round. */
    public Builder joinTransposed(String theirs, String... ours) {
      return join(theirs, Form.JOINED_TRANSPOSED, Collections.nCopies(ours.length, 1), ours);
    }

    private Builder join(String theirs, Form form, List<Integer> shares, String... ours) {
      for (String each : ours) {
        rules.add(new Rule(each, List.of(theirs), form, shares, List.of(ours)));
      }
      return this;
    }

    /** Something of theirs that is no parameter, such as a constant; it is passed over. */
    public Builder ignore(String theirs) {
      ignored.add(theirs);
      return this;
    }

    /**
     * All that another description says, of a part of the model.
     *
     * @param ours what our names of the part begin with
     * @param theirs what theirs begin with; beginnings that the description knows are not before it
     */
    public Builder nested(String ours, String theirs, KeyMap part) {
      for (Rule rule : part.rules) {
        List<String> names = rule.theirs.stream().map(name -> theirs + name).toList();
        List<String> group = rule.group.stream().map(name -> ours + name).toList();
        rules.add(new Rule(ours + rule.ours, names, rule.form, rule.shares, group));
      }
      part.ignored.forEach(name -> ignored.add(theirs + name));
      return this;
    }

    /** A beginning that some checkpoints put before names, and others do not. */
    public Builder optionalPrefix(String prefix) {
      prefixes.add(prefix);
      return this;
    }

    /**
     * A beginning by which some checkpoints call what others call by {@code usual}; names are
     * written with the latter, which must not begin with the former.
     */
    public Builder alias(String beginning, String usual) {
      aliases.put(beginning, usual);
      return this;
    }

    /** The description. */
    public KeyMap build() {
      return new KeyMap(this);
    }
  }

  /** Their tensors that hold one of ours, in order, and how they do. */
  public static final class Parts {
    private final List<String> names;
    private final List<String> group; // ours, where they are one of theirs
    private final Rule rule;

    private Parts(List<String> names, Rule rule, List<String> stars) {
      this.names = names;
      this.rule = rule;
      group = rule.group.stream().map(each -> fill(each, stars)).toList();
    }

    /** The names in the layout. */
    public List<String> names() {
      return names;
    }

    /** The shapes that they have if ours has this one. */
    public List<long[]> shapes(long[] ours) {
      return switch (rule.form) {
        case TRANSPOSED -> List.of(new long[] {ours[1], ours[0]});
        case JOINED, JOINED_TRANSPOSED -> {
          long[] shape = ours.clone();
          shape[0] = ours[0] / rule.own() * rule.total();
          yield List.of(rule.form == Form.JOINED ? shape : new long[] {shape[1], shape[0]});
        }
        case SCALAR -> List.of(new long[0]);
        case ONE_ELEMENT -> List.of(new long[] {1});
        case TIED -> Collections.nCopies(names.size(), ours);
        case LEADING_ONE -> {
          var shape = new long[ours.length + 1];
          shape[0] = 1;
          System.arraycopy(ours, 0, shape, 1, ours.length);
          yield List.of(shape);
        }
        case SAME -> {
          var shapes = new ArrayList<long[]>();
          for (int share : rule.shares) {
            long[] shape = ours.clone();
            if (rule.shares.size() > 1) {
              shape[0] = ours[0] / rule.total() * share;
            }
            shapes.add(shape);
          }
          yield shapes;
        }
      };
    }

    /** Whether a tensor of theirs of that shape can be read where {@code wanted} is expected. */
    boolean accepts(long[] found, long[] wanted) {
      return Arrays.equals(found, wanted)
          || ((rule.form == Form.ONE_ELEMENT || rule.form == Form.SCALAR)
              && Arrays.stream(found).allMatch(side -> side == 1));
    }

    /** Our tensor, made of theirs. */
    public Tensor join(List<Tensor> theirs) {
      Tensor first = theirs.getFirst();
      return switch (rule.form) {
        case TRANSPOSED -> first.t();
        case JOINED, JOINED_TRANSPOSED -> {
          Tensor whole = rule.form == Form.JOINED ? first : first.t();
          long unit = whole.size(0) / rule.total();
          long from = rule.before() * unit;
          yield Tensors.slice(whole, 0, from, from + rule.own() * unit);
        }
        case LEADING_ONE -> first.squeeze(0);
        case SCALAR, ONE_ELEMENT -> first.reshape(new long[0]);
        case TIED -> first;
        case SAME ->
            theirs.size() == 1
                ? first
                : torch.cat(new TensorVector(theirs.toArray(Tensor[]::new)), 0);
      };
    }

    /** Their tensors, views of ours; not for one of several of ours that are one of theirs. */
    public List<Tensor> split(Tensor ours) {
      return switch (rule.form) {
        case JOINED, JOINED_TRANSPOSED ->
            throw new IllegalStateException(names + " hold more than one tensor of ours");
        case TRANSPOSED -> List.of(ours.t());
        case LEADING_ONE -> List.of(ours.unsqueeze(0));
        case SCALAR -> List.of(ours);
        case ONE_ELEMENT -> List.of(ours.reshape(1));
        case TIED -> Collections.nCopies(names.size(), ours);
        case SAME -> {
          if (rule.shares.size() == 1) {
            yield List.of(ours);
          }
          var parts = new ArrayList<Tensor>();
          long from = 0;
          for (int share : rule.shares) {
            long to = from + ours.size(0) / rule.total() * share;
            parts.add(Tensors.slice(ours, 0, from, to));
            from = to;
          }
          yield parts;
        }
      };
    }

    /** Whether the parts lie in our tensor's memory as they are: they can be read into it. */
    boolean inPlace() {
      return rule.form != Form.TRANSPOSED && !rule.isJoined();
    }

    /** Their one tensor, of all of ours that it holds. */
    private Tensor whole(Map<String, Tensor> ours) {
      Tensor[] each =
          group.stream()
              .map(name -> Objects.requireNonNull(ours.get(name), name))
              .toArray(Tensor[]::new);
      Tensor whole = torch.cat(new TensorVector(each), 0);
      return rule.form == Form.JOINED ? whole : whole.t();
    }

    /** Whether each of the names alone holds our whole tensor. */
    boolean areTied() {
      return rule.form == Form.TIED;
    }
  }

  /** What of theirs holds our tensor of that name. */
  public Parts parts(String ours) {
    for (Rule rule : rules) {
      List<String> stars = match(rule.pattern, ours);
      if (stars != null) {
        List<String> theirs = rule.theirs.stream().map(their -> fill(their, stars)).toList();
        return new Parts(theirs, rule, stars);
      }
    }
    throw new IllegalStateException("no rule names '" + ours + "'");
  }

  /** A name of theirs as it is written, without the beginnings that checkpoints may leave out. */
  public String plain(String theirs) {
    String name = theirs;
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        name = name.substring(prefix.length());
      }
    }
    for (var alias : aliases.entrySet()) {
      if (name.startsWith(alias.getKey())) {
        name = alias.getValue() + name.substring(alias.getKey().length());
      }
    }
    return name;
  }

  /** Whether a tensor of theirs is no parameter, and passed over. */
  public boolean ignores(String theirs) {
    String name = plain(theirs);
    return ignoredPatterns.stream().anyMatch(pattern -> match(pattern, name) != null);
  }

  /** Our tensors as the layout holds them; views where possible. */
  public SequencedMap<String, Tensor> toTheirs(Map<String, Tensor> ours) {
    var theirs = new LinkedHashMap<String, Tensor>();
    ours.forEach((name, tensor) -> {
      Parts parts = parts(name);
      if (parts.rule.isJoined()) {
        theirs.computeIfAbsent(parts.names.getFirst(), _ -> parts.whole(ours));
        return;
      }
      List<Tensor> tensors = parts.split(tensor);
      for (int i = 0; i < tensors.size(); i++) {
        theirs.put(parts.names.get(i), tensors.get(i));
      }
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
    var byPlain = new LinkedHashMap<String, Tensor>();
    theirs.forEach((name, tensor) -> byPlain.put(plain(name), tensor));
    var ours = new LinkedHashMap<String, Tensor>();
    theirs.forEach((given, tensor) -> {
      String name = plain(given);
      boolean isJoined = false;
      for (Rule rule : rules) {
        List<String> stars = anchor(rule, name);
        if (stars != null) {
          List<String> names =
              rule.form == Form.TIED
                  ? List.of(name)
                  : rule.theirs.stream().map(their -> fill(their, stars)).toList();
          List<Tensor> parts =
              names.stream().map(part -> require(byPlain, plain(part), place)).toList();
          requireForm(rule, names, parts, place);
          ours.put(fill(rule.ours, stars), new Parts(names, rule, stars).join(parts));
          isJoined = rule.isJoined();
          if (!isJoined) {
            return;
          }
        }
      }
      if (!isJoined && !ignores(given) && !isPart(name)) {
        ours.put(given, tensor);
      }
    });
    return ours;
  }

  /** What the stars stand for if a tensor of theirs is the one by which a rule is found. */
  private @Nullable List<String> anchor(Rule rule, String name) {
    for (String their : rule.theirs.subList(0, rule.form == Form.TIED ? rule.theirs.size() : 1)) {
      List<String> stars = match(compile(plain(their)), name);
      if (stars != null) {
        return stars;
      }
    }
    return null;
  }

  private boolean isPart(String name) {
    return rules.stream()
        .flatMap(rule -> rule.theirs.stream().skip(1))
        .anyMatch(their -> match(compile(plain(their)), name) != null);
  }

  private static Tensor require(Map<String, Tensor> theirs, String name, String place) {
    Tensor tensor = theirs.get(name);
    if (tensor == null) {
      throw new InputException(place + ": there is no '" + name + "'");
    }
    return tensor;
  }

  private static void requireForm(Rule rule, List<String> names, List<Tensor> parts, String place) {
    Tensor first = parts.getFirst();
    boolean isPossible =
        switch (rule.form) {
          case TRANSPOSED -> first.dim() == 2;
          case JOINED -> first.dim() > 0 && first.size(0) % rule.total() == 0;
          case JOINED_TRANSPOSED -> first.dim() == 2 && first.size(1) % rule.total() == 0;
          case LEADING_ONE -> first.dim() > 0 && first.size(0) == 1;
          case SCALAR, ONE_ELEMENT -> first.numel() == 1;
          case TIED -> true;
          case SAME -> parts.size() == 1 || haveShares(rule, parts);
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

  private static boolean haveShares(Rule rule, List<Tensor> parts) {
    if (parts.getFirst().dim() == 0) {
      return false;
    }
    long[] unit = parts.getFirst().shape();
    for (int i = 0; i < parts.size(); i++) {
      long[] expected = unit.clone();
      expected[0] = unit[0] / rule.shares.getFirst() * rule.shares.get(i);
      if (!Arrays.equals(parts.get(i).shape(), expected)) {
        return false;
      }
    }
    return true;
  }

  private static Pattern compile(String pattern) {
    return Pattern.compile(
        Stream.of(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("([^.]+)")));
  }

  private static @Nullable List<String> match(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(name);
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
