package io.vlm4j.data.summary;

import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Part.Frames;
import io.vlm4j.data.Part.Preference;
import io.vlm4j.data.Part.Question;
import io.vlm4j.data.Part.Region;
import io.vlm4j.data.Part.Text;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import java.util.ArrayList;
import java.util.List;

/** Counts parts by their kinds, and gathers what they say. */
final class PartCounts {
  private final Frequencies kinds = new Frequencies(64);

  /** Counts a sample's parts; returns all its texts, in order. */
  List<String> add(Sample sample) {
    var texts = new ArrayList<String>();
    sample.parts().forEach(part -> add(part, texts));
    return texts;
  }

  List<Count> most() {
    return kinds.most(64);
  }

  private void add(Part part, List<String> texts) {
    switch (part) {
      case Text(String value) -> {
        kinds.add("text");
        texts.add(value);
      }
      case Picture _ -> kinds.add("picture");
      case Region region -> {
        kinds.add("region");
        texts.addAll(region.texts());
      }
      case Turn turn -> {
        kinds.add("turn");
        add(turn, texts);
      }
      case Question question -> {
        kinds.add("question");
        if (!question.text().isEmpty()) {
          texts.add(question.text());
        }
      }
      case Preference(List<Turn> prompt, List<Turn> chosen, List<Turn> rejected) -> {
        kinds.add("preference");
        for (List<Turn> turns : List.of(prompt, chosen, rejected)) {
          turns.forEach(turn -> add(turn, texts));
        }
      }
      case Frames frames -> {
        kinds.add("video");
        kinds.add("frame of a video", frames.pictures().size());
      }
      case Attachment attachment -> kinds.add("attachment " + attachment.name());
    }
  }

  /** What is inside a turn belongs to the turn, and is not counted as a part of its own. */
  private static void add(Turn turn, List<String> texts) {
    if (!turn.text().isEmpty()) {
      texts.add(turn.text());
    }
  }
}
