package io.vlm4j.data.questions;

import io.vlm4j.data.Picture;
import java.util.List;

/**
 * A question about a picture.
 *
 * @param answers all that are right, the one to learn first
 * @param choices what a model may be told to choose from; may be none
 */
record Asked(Picture picture, String question, List<String> answers, List<String> choices) {}
