package io.vlm4j.data.records;

import io.vlm4j.data.JsonValues;
import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Interleaved documents in the layout of OBELICS (arXiv 2306.16527), as JSON: one object a line of
 * {@code {images, texts, metadata, general_metadata}}. The first two are lists of one length, of
 * which exactly one holds something at each index; the last two are JSON in a text.
 *
 * <p>A sample is the texts and pictures in order. Pictures are addresses; {@code images} is the
 * folder into which they were downloaded, under the host's name and then the path, as {@code wget
 * -x} does. The metadata holds both texts of JSON as values. The key is the file's name and the
 * position.
 */
public final class ObelicsDocuments {
  private static final String EXPECTED =
      "OBELICS documents: a list, or one object a line, of objects with 'images' and 'texts'";

  private ObelicsDocuments() {}

  /** The samples of a file, or of the files of a folder. */
  public static Source read(Path documents, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        documents,
        file ->
            RecordFile.list(file, EXPECTED, "texts")
                .samples((document, place) ->
                    new Sample(
                        place.key(),
                        place.origin(),
                        parts(document, pictures),
                        metadata(document))));
  }

  private static List<Part> parts(Fields document, PictureFolder pictures) {
    JsonNode images = list(document, "images");
    JsonNode texts = list(document, "texts");
    if (images.size() != texts.size()) {
      throw new InputException("%d images beside %d texts".formatted(images.size(), texts.size()));
    }
    var parts = new ArrayList<Part>();
    for (int i = 0; i < texts.size(); i++) {
      String image = text(images.get(i), "images", i);
      String text = text(texts.get(i), "texts", i);
      if ((image == null) == (text == null)) {
        throw new InputException(
            "%s at %d, expected an image or a text"
                .formatted(text == null ? "nothing" : "an image and a text", i));
      }
      parts.add(text == null ? pictures.named(String.valueOf(image)) : new Part.Text(text));
    }
    return parts;
  }

  private static JsonNode list(Fields document, String name) {
    JsonNode list = document.take(name);
    if (list == null || !list.isArray()) {
      throw document.expected(name, "a list");
    }
    return list;
  }

  private static @Nullable String text(JsonNode value, String list, int index) {
    if (!value.isNull() && !value.isString()) {
      throw new InputException("'%s[%d]' is neither a text nor null".formatted(list, index));
    }
    return value.isNull() ? null : value.stringValue();
  }

  private static Map<String, @Nullable Object> metadata(Fields document) {
    Map<String, @Nullable Object> metadata = document.rest();
    for (String name : List.of("metadata", "general_metadata")) {
      if (metadata.get(name) instanceof String json) {
        metadata.put(name, JsonValues.of(Json.parse(json)));
      }
    }
    return metadata;
  }
}
