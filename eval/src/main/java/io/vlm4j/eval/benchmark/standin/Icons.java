package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.eval.benchmark.Labelled;
import io.vlm4j.eval.benchmark.Labelled.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The icons that stand-ins are made of.
 *
 * @param training pictures that the demo's models learn from
 * @param galleries pictures of styles that they never see
 * @param people people who differ in gender and tone of skin alone; may be none
 */
public record Icons(List<Sample> training, List<Gallery> galleries, List<Sample> people) {
  /** Copies the lists. */
  public Icons {
    training = List.copyOf(training);
    galleries = List.copyOf(galleries);
    people = List.copyOf(people);
  }

  /**
   * Pictures of one style.
   *
   * @param concepts {@code seen} or {@code held_out}: whether training shows such things
   */
  public record Gallery(String style, String concepts, List<Sample> samples) {
    /** Copies the list. */
    public Gallery {
      samples = List.copyOf(samples);
    }

    Map<String, String> tags() {
      return Map.of("style", style, "concepts", concepts);
    }
  }

  /** What scenes are made of: concepts that training shows, in styles that it does not. */
  List<Sample> seen() {
    return galleries.stream()
        .filter(gallery -> gallery.concepts().equals("seen"))
        .flatMap(gallery -> gallery.samples().stream())
        .toList();
  }

  /** All that training may say. */
  public List<String> captions() {
    return training.stream().flatMap(sample -> sample.texts().stream()).toList();
  }

  /** The test pictures by Unicode's group of emoji. */
  Labelled byGroup() {
    List<String> groups = groups();
    var items = new ArrayList<Item>();
    for (Gallery gallery : galleries) {
      gallery.samples().stream()
          .filter(sample -> groups.contains(group(sample)))
          .map(s -> new Item(s.key(), s.picture(), groups.indexOf(group(s)), gallery.tags()))
          .forEach(items::add);
    }
    return new Labelled(words(groups), items);
  }

  /** Some of the test pictures by group. */
  Labelled byGroup(int most) {
    Labelled all = byGroup();
    return new Labelled(all.classes(), some(all.items(), most));
  }

  /** Some of the training pictures by group. */
  Labelled trainingByGroup(int most) {
    List<String> groups = groups();
    List<Sample> all = training.stream().filter(sample -> groups.contains(group(sample))).toList();
    List<Item> items =
        some(all, most).stream()
            .map(s ->
                new Item(
                    s.key(),
                    s.picture(),
                    groups.indexOf(group(s)),
                    Map.of("style", s.label(IconCorpus.STYLE))))
            .toList();
    return new Labelled(words(groups), items);
  }

  /** So many of a list at most, evenly chosen. */
  static <T> List<T> some(List<T> all, int most) {
    int count = Math.min(most, all.size());
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }

  /** The test pictures by name. */
  Labelled byName() {
    List<Sample> all = galleries.stream().flatMap(g -> g.samples().stream()).toList();
    List<String> names = all.stream().map(Sample::text).distinct().toList();
    var places = new HashMap<String, Integer>();
    names.forEach(name -> places.put(name, places.size()));
    return new Labelled(
        names,
        all.stream()
            .map(s -> new Item(s.key(), s.picture(), places.getOrDefault(s.text(), 0), Map.of()))
            .toList());
  }

  private List<String> groups() {
    return galleries.stream()
        .flatMap(gallery -> gallery.samples().stream())
        .map(Icons::group)
        .filter(group -> !group.isEmpty())
        .distinct()
        .sorted()
        .toList();
  }

  private static String group(Sample sample) {
    return sample.label(IconCorpus.GROUP);
  }

  private static List<String> words(List<String> groups) {
    return groups.stream()
        .map(group -> group.toLowerCase(Locale.ROOT).replace(" & ", " "))
        .toList();
  }
}
