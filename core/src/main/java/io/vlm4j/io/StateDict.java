package io.vlm4j.io;

import io.vlm4j.io.TorchObjects.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Finds a model's tensors in what a PyTorch file holds: a state dictionary, a training checkpoint
 * with one among other things, or the attributes of a TorchScript module.
 */
final class StateDict {
  /** Where training programs put the model's state, the most usual first. */
  private static final List<String> ENTRIES = List.of("state_dict", "model_state_dict", "model");

  /** What data-parallel training puts before every name. */
  private static final String PARALLEL = "module.";

  private static final int MAX_DEPTH = 64;
  private static final int MAX_ATTRIBUTES = 4_000_000;

  private final String place;
  private final SequencedMap<String, View> tensors = new LinkedHashMap<>();
  private final Map<String, String> notes = new LinkedHashMap<>();
  private int attributes;

  private StateDict(String place) {
    this.place = place;
  }

  /** Tensors by name, and the strings and numbers that a checkpoint has beside them. */
  record Found(SequencedMap<String, View> tensors, Map<String, String> notes) {}

  /**
   * The tensors in what a pickle holds.
   *
   * @throws InputException if there is no state dictionary; it names {@code place}
   */
  static Found find(String place, Object root) {
    var state = new StateDict(place);
    state.take(root, 0);
    return new Found(state.withoutPrefix(), state.notes);
  }

  private void take(Object value, int depth) {
    switch (value) {
      case Pickle.Instance module -> collect("", module, 0);
      case Pickle.Dict dict -> {
        Object inner = inner(dict);
        if (inner == Pickle.NONE || depth == MAX_DEPTH) {
          collect(dict);
        } else {
          collectNotes(dict);
          take(inner, depth + 1);
        }
      }
      default -> throw noState("it is no dictionary");
    }
  }

  /** The entry of a checkpoint that holds the state; none if the dictionary has tensors itself. */
  private static Object inner(Pickle.Dict dict) {
    if (dict.values.stream().noneMatch(View.class::isInstance)) {
      for (String entry : ENTRIES) {
        int index = dict.keys.indexOf(entry);
        if (index >= 0 && isState(dict.values.get(index))) {
          return dict.values.get(index);
        }
      }
    }
    return Pickle.NONE;
  }

  private static boolean isState(Object value) {
    return value instanceof Pickle.Dict || value instanceof Pickle.Instance;
  }

  private void collect(Pickle.Dict dict) {
    for (int i = 0; i < dict.keys.size(); i++) {
      if (dict.values.get(i) instanceof View view) {
        if (!(dict.keys.get(i) instanceof String name)) {
          throw noState("it has a tensor whose name is no string");
        }
        add(name, view);
      }
    }
    if (tensors.isEmpty() && !dict.keys.isEmpty()) {
      throw noState("it holds " + describe(dict));
    }
  }

  private void collect(String prefix, Pickle.Instance module, int depth) {
    Pickle.Dict own = module.attributes;
    attributes += own.keys.size();
    if (depth > MAX_DEPTH || attributes > MAX_ATTRIBUTES) {
      throw noState("its modules are nested endlessly");
    }
    for (int i = 0; i < own.keys.size(); i++) {
      if (own.keys.get(i) instanceof String name) {
        switch (own.values.get(i)) {
          case View view -> add(prefix + name, view);
          case Pickle.Instance child -> collect(prefix + name + ".", child, depth + 1);
          default -> {} // a setting of the module
        }
      }
    }
  }

  private void add(String name, View view) {
    if (tensors.put(name, view) != null) {
      throw noState("it has two tensors " + Json.quote(name));
    }
  }

  private void collectNotes(Pickle.Dict dict) {
    for (int i = 0; i < dict.keys.size(); i++) {
      boolean isNote =
          switch (dict.values.get(i)) {
            case String _, Long _, Double _, Boolean _ -> true;
            default -> false;
          };
      if (isNote && dict.keys.get(i) instanceof String name) {
        notes.put(name, String.valueOf(dict.values.get(i)));
      }
    }
  }

  private SequencedMap<String, View> withoutPrefix() {
    if (tensors.isEmpty() || !tensors.keySet().stream().allMatch(n -> n.startsWith(PARALLEL))) {
      return tensors;
    }
    var shorter = new LinkedHashMap<String, View>();
    tensors.forEach((name, view) -> shorter.put(name.substring(PARALLEL.length()), view));
    return shorter;
  }

  private static String describe(Pickle.Dict dict) {
    return dict.keys.stream()
        .limit(8)
        .map(key -> key instanceof String name ? Json.quote(name) : "a key that is no string")
        .toList()
        .toString();
  }

  private InputException noState(String why) {
    return new InputException(
        place + ": no state dictionary: " + why + "; save the model's state_dict()");
  }
}
