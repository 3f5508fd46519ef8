package io.vlm4j.data.summary;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;

/**
 * Tells the languages of texts by OpenNLP's model of 103 languages, which goes by n-grams. Captions
 * are short: what it says of many texts together is to be believed, not what it says of one.
 */
final class Languages {
  /** What is said of texts in which there is too little to go by. */
  static final String TOO_SHORT = "too short to tell";

  /** Languages of less than one text in a hundred, which are mostly mistakes. */
  static final String OTHERS = "others";

  // A letter in UTF-8 has about as many bytes as it has to say: a Han character has three.
  private static final int FEWEST_BYTES = 16;
  private static final String MODEL = "/langdetect-183.bin";

  // The model has ISO 639-3, the JDK names those of two letters by these.
  private static final Map<String, String> SHORT_CODES =
      Arrays.stream(Locale.getISOLanguages())
          .collect(
              Collectors.toMap(code -> Locale.of(code).getISO3Language(), c -> c, (a, _) -> a));

  private Languages() {}

  /** How many of the texts are in which language, named in English, the most frequent first. */
  static List<Count> of(List<String> texts) {
    if (texts.isEmpty()) {
      return List.of();
    }
    LanguageDetectorModel model = model();
    int threads = Runtime.getRuntime().availableProcessors();
    Map<String, Long> counts =
        texts.stream()
            .gather(Gatherers.windowFixed(256)) // a detector for each, as it is for one thread
            .gather(
                Gatherers.mapConcurrent(
                    threads,
                    window -> {
                      var detector = new LanguageDetectorME(model);
                      return window.stream().map(text -> language(text, detector)).toList();
                    }))
            .flatMap(List::stream)
            .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    var frequencies = new Frequencies(counts.size() + 1);
    counts.forEach(
        (name, count) -> frequencies.add(100 * count < texts.size() ? OTHERS : name, count));
    return frequencies.most(counts.size());
  }

  private static String language(String text, LanguageDetectorME detector) {
    String letters = text.replaceAll("[^\\p{L}\\p{M}]+", " ").strip();
    if (letters.getBytes(StandardCharsets.UTF_8).length < FEWEST_BYTES) {
      return TOO_SHORT;
    }
    String code = detector.predictLanguage(letters).getLang();
    return Locale.of(SHORT_CODES.getOrDefault(code, code)).getDisplayLanguage(Locale.ENGLISH);
  }

  private static LanguageDetectorModel model() {
    try (InputStream in = Languages.class.getResourceAsStream(MODEL)) {
      return new LanguageDetectorModel(Objects.requireNonNull(in, MODEL));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
