package io.vlm4j.data;

import java.util.List;

/**
 * What a sample is made of, in order: a caption follows its picture, an interleaved document
 * alternates texts and pictures, a dialogue is a list of turns.
 */
public sealed interface Part
    permits Part.Text,
        Part.Region,
        Part.Turn,
        Part.Question,
        Part.Preference,
        Part.Frames,
        Part.Attachment,
        Picture {
  /** A caption, a paragraph of a document, an instruction. */
  record Text(String value) implements Part {}

  /**
   * A rectangle of the sample's first picture and what is said of it.
   *
   * @param box where it is
   * @param texts phrases that describe it; may be none
   * @param label its class, or empty
   */
  record Region(Box box, List<String> texts, String label) implements Part {
    /** Copies the texts. */
    public Region {
      texts = List.copyOf(texts);
    }
  }

  /** A rectangle in pixels, from the picture's top left corner. */
  record Box(double x, double y, double width, double height) {}

  /**
   * One speaker's turn in a dialogue.
   *
   * @param role {@code system}, {@code user} or {@code assistant}
   * @param content texts and pictures, in order
   */
  record Turn(String role, List<Part> content) implements Part {
    /** Copies the content. */
    public Turn {
      content = List.copyOf(content);
    }

    /** A turn of one text. */
    public static Turn of(String role, String text) {
      return new Turn(role, List.of(new Text(text)));
    }

    /** The turn's texts, joined. */
    public String text() {
      return String.join("", content.stream().flatMap(Sample::textOf).toList());
    }
  }

  /**
   * A question about the sample's pictures.
   *
   * @param text the question; empty where the choices alone are to be told apart
   * @param answers accepted ones, as often as they were given
   * @param choices to choose among; may be none
   * @param correct the right choice's index, or -1 where there are no choices or it is not told
   */
  record Question(String text, List<String> answers, List<String> choices, int correct)
      implements Part {
    /** Copies the lists and checks the index. */
    public Question {
      answers = List.copyOf(answers);
      choices = List.copyOf(choices);
      if (correct < -1 || correct >= choices.size()) {
        throw new IllegalArgumentException(
            "choice %d of %d to '%s'".formatted(correct, choices.size(), text));
      }
    }

    /** A question without choices. */
    public static Question open(String text, List<String> answers) {
      return new Question(text, answers, List.of(), -1);
    }

    /** A question that names its right choice. */
    public static Question choice(String text, List<String> choices, int correct) {
      return new Question(
          text, correct < 0 ? List.of() : List.of(choices.get(correct)), choices, correct);
    }
  }

  /** Two continuations of a dialogue, the better one first (TRL's preference records). */
  record Preference(List<Turn> prompt, List<Turn> chosen, List<Turn> rejected) implements Part {
    /** Copies the lists. */
    public Preference {
      prompt = List.copyOf(prompt);
      chosen = List.copyOf(chosen);
      rejected = List.copyOf(rejected);
    }
  }

  /**
   * A video as pictures.
   *
   * @param pictures in the order of time; at least one
   * @param seconds when each is shown, from the start
   */
  record Frames(List<Picture> pictures, List<Double> seconds) implements Part {
    /** Copies the lists and checks that they belong together. */
    public Frames {
      pictures = List.copyOf(pictures);
      seconds = List.copyOf(seconds);
      if (pictures.isEmpty() || pictures.size() != seconds.size()) {
        throw new IllegalArgumentException(
            pictures.size() + " frames at " + seconds.size() + " times");
      }
    }
  }

  /**
   * Bytes that belong to the sample and that nothing here interprets.
   *
   * @param name the ending of the member that holds them, such as {@code npy}
   */
  record Attachment(String name, Picture.Bytes bytes) implements Part {}
}
