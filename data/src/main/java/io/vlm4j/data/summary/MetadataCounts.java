package io.vlm4j.data.summary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the entries of metadata, and keeps a few values of each. */
final class MetadataCounts {
  private static final int NAMES = 2000;
  private static final int SHOWN = 40;
  private static final int EXAMPLES = 3;
  private static final int LONGEST = 60;

  private final Frequencies names = new Frequencies(NAMES);
  private final Map<String, List<String>> examples = new HashMap<>();

  void add(String name, @Nullable Object value) {
    names.add(name);
    List<String> values =
        examples.size() < NAMES
            ? examples.computeIfAbsent(name, _ -> new ArrayList<>())
            : examples.getOrDefault(name, List.of());
    if (value != null && values.size() < EXAMPLES && examples.containsKey(name)) {
      String text = Excerpt.of(value.toString(), LONGEST);
      if (!values.contains(text)) {
        values.add(text);
      }
    }
  }

  List<DataSummary.Entry> most() {
    return names.most(SHOWN).stream()
        .map(count ->
            new DataSummary.Entry(
                count.name(), count.count(), examples.getOrDefault(count.name(), List.of())))
        .toList();
  }
}
