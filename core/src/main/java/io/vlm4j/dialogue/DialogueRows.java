package io.vlm4j.dialogue;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Message;
import io.vlm4j.text.ChatTemplate.Role;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * From dialogues to rows of tokens, with a place for each token of a picture: prompts to answer,
 * and rows to learn from, in which what the assistant says is foretold and nothing else.
 *
 * @param template makes a dialogue a text, in which {@link ChatTemplate#PICTURE} stands for
 *     pictures
 * @param tokenizer makes the text tokens
 * @param pictures how pictures are looked at; null for a model that reads none
 * @param preprocessing of the pictures; null for a model that reads none
 * @param contextLength most tokens of a row
 */
public record DialogueRows(
    ChatTemplate template,
    Tokenizer tokenizer,
    @Nullable PictureReader pictures,
    @Nullable Preprocessing preprocessing,
    int contextLength) {
  /**
   * A dialogue as a model reads it.
   *
   * @param ids its tokens, pictures' places included; not to be changed
   * @param labels which of them are to be foretold, -100 for the others; not to be changed
   * @param views of its pictures, in order
   */
  public record Row(long[] ids, long[] labels, List<PictureViews> views) {}

  /**
   * The row that a model continues to answer.
   *
   * @throws InputException if it does not fit the model
   */
  public Row prompt(Dialogue dialogue) {
    List<PictureViews> views = views(dialogue.pictures());
    long[] ids = ids(template.render(dialogue.messages(), true), views);
    if (ids.length >= contextLength) {
      throw new InputException(
          "the prompt has %d tokens, %d of them of pictures: the model holds %d, and an answer needs"
                  .formatted(ids.length, tokens(views), contextLength)
              + " room too");
    }
    return new Row(ids, new long[0], views);
  }

  /**
   * A row to learn from: the turns of the assistant, ends of turns included, are to be foretold. A
   * dialogue that is too long loses its end, but never a part of a picture.
   *
   * @throws InputException if nothing of it can be learned, or a picture would be cut
   */
  public Row lesson(Dialogue dialogue) {
    List<PictureViews> views = views(dialogue.pictures());
    List<Message> messages = dialogue.messages();
    String text = template.render(messages, false);
    long[] ids = ids(text, views);
    var labels = new long[ids.length];
    Arrays.fill(labels, Batch.IGNORED);
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).role() == Role.ASSISTANT) {
        int from = shared(ids, text, template.render(messages.subList(0, i), true), views);
        int to = shared(ids, text, template.render(messages.subList(0, i + 1), false), views);
        System.arraycopy(ids, from, labels, from, to - from);
      }
    }
    int length = Math.min(ids.length, contextLength);
    requireWhole(ids, length, views);
    long[] kept = Arrays.copyOf(labels, length);
    if (Arrays.stream(kept).allMatch(label -> label == Batch.IGNORED)) {
      throw new InputException(
          "nothing is to be foretold in the first %d of the dialogue's %d tokens"
              .formatted(length, ids.length));
    }
    return new Row(Arrays.copyOf(ids, length), kept, views);
  }

  /** How many tokens the beginning of a text has in common with the whole. */
  private int shared(long[] ids, String text, String beginning, List<PictureViews> views) {
    if (!text.startsWith(beginning)) {
      throw new InputException(
          "the chat template changes earlier turns when others follow: what is to be foretold"
              + " cannot be told apart");
    }
    int at = 0;
    long[] part = ids(beginning, views);
    while (at < Math.min(part.length, ids.length) && part[at] == ids[at]) {
      at++;
    }
    return at;
  }

  private void requireWhole(long[] ids, int length, List<PictureViews> views) {
    if (pictures == null || length == ids.length) {
      return;
    }
    long left =
        Arrays.stream(ids, length, ids.length).filter(id -> id == pictures.pictureId()).count();
    if (left > 0) {
      throw new InputException(
          "the dialogue has %d tokens: cut to %d, it would lose %d of the %d of its pictures"
              .formatted(ids.length, length, left, tokens(views)));
    }
  }

  private static int tokens(List<PictureViews> views) {
    return views.stream().mapToInt(PictureViews::tokens).sum();
  }

  private List<PictureViews> views(List<Pixels> shown) {
    if (shown.isEmpty()) {
      return List.of();
    }
    if (pictures == null || preprocessing == null) {
      throw new InputException("the model reads no pictures, and there are " + shown.size());
    }
    return shown.stream().map(picture -> pictures.views(picture, preprocessing)).toList();
  }

  /** The tokens of a text; the marks in it may be fewer than the pictures, if it is a beginning. */
  private long[] ids(String text, List<PictureViews> views) {
    String[] words = text.split(Pattern.quote(ChatTemplate.PICTURE), -1);
    if (words.length - 1 > views.size()) {
      throw new InputException(
          "the text has %d places '%s' for %d pictures"
              .formatted(words.length - 1, ChatTemplate.PICTURE, views.size()));
    }
    var ids = LongStream.builder();
    long[] first = tokenizer.pieces(words[0]);
    OptionalLong start = tokenizer.startId();
    if (start.isPresent() && (first.length == 0 || first[0] != start.getAsLong())) {
      ids.add(start.getAsLong());
    }
    Arrays.stream(first).forEach(ids);
    for (int i = 1; i < words.length; i++) {
      for (int n = 0; pictures != null && n < views.get(i - 1).tokens(); n++) {
        ids.add(pictures.pictureId());
      }
      Arrays.stream(tokenizer.pieces(words[i])).forEach(ids);
    }
    return ids.build().toArray();
  }

  /** Rows to answer, filled in front. */
  public Batch prompts(List<Row> rows) {
    return batch(rows, true);
  }

  /** Rows to learn from, filled behind. */
  public Batch lessons(List<Row> rows) {
    return batch(rows, false);
  }

  private Batch batch(List<Row> rows, boolean inFront) {
    int length = rows.stream().mapToInt(row -> row.ids.length).max().orElse(0);
    var ids = new long[rows.size() * length];
    var labels = new long[inFront ? 0 : ids.length];
    Arrays.fill(labels, Batch.IGNORED);
    var squares = new ArrayList<Pixels>();
    var sizes = LongStream.builder();
    int at = 0;
    for (Row row : rows) {
      int from = at + (inFront ? length - row.ids.length : 0);
      System.arraycopy(row.ids, 0, ids, from, row.ids.length);
      if (!inFront) {
        System.arraycopy(row.labels, 0, labels, from, row.labels.length);
      }
      for (PictureViews views : row.views) {
        squares.addAll(views.squares());
        sizes.add(views.height()).add(views.width());
      }
      at += length;
    }
    try (var _ = new Scope()) {
      var batch = new Batch().put(Batch.TOKENS, Tensors.of(ids, rows.size(), length));
      if (!inFront) {
        batch.put(Batch.LABELS, Tensors.of(labels, rows.size(), length));
      }
      if (!squares.isEmpty() && preprocessing != null) {
        long[] each = sizes.build().toArray();
        batch.put(Batch.PIXELS, preprocessing.toTensor(squares));
        batch.put(Batch.SIZES, Tensors.of(each, each.length / 2, 2));
      }
      return batch;
    }
  }
}
