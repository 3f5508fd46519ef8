package io.vlm4j.dialogue;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;

/**
 * How a language model reads pictures among the words: known from its configuration alone, so that
 * batches can be made before there is a model.
 */
public interface PictureReader {
  /** The id that stands in each place of a picture; not necessarily one of the vocabulary. */
  int pictureId();

  /** What is looked at of a picture, and how many places it takes. */
  PictureViews views(Pixels picture, Preprocessing preprocessing);
}
