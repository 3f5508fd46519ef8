package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Pretrained;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * CLIPScore and RefCLIPScore (Hessel et al., arXiv 2104.08718): how well captions fit their
 * pictures by the cosines of a dual encoder. CLIP-S = 2.5 max(cos(picture, caption), 0); RefCLIP-S
 * = harmonic mean of CLIP-S and max(max over references of cos(caption, reference), 0). Both are
 * means over pictures.
 *
 * <p>Captions and references are embedded as "A photo depicts ...", cut at the model's context. The
 * numbers depend on the model, so name it: the paper's are those of OpenAI's ViT-B/32.
 */
public final class ClipScore {
  /** What stands before every caption and reference. */
  public static final String PREFIX = "A photo depicts ";

  private static final double WEIGHT = 2.5;

  private ClipScore() {}

  /**
   * CLIP-S of each caption.
   *
   * @param model any that embeds pictures and texts in one space
   * @throws InputException if the model has no such vectors
   */
  public static Scores of(Pretrained model, List<Pixels> pictures, List<String> captions) {
    Checks.sameSize("CLIP-S", "pictures", pictures.size(), "captions", captions.size());
    return of(model.embedImages(pictures), model.embedTexts(prompts(captions)));
  }

  /**
   * RefCLIP-S of each caption.
   *
   * @param references of each picture, at least one
   * @throws InputException if the model has no such vectors
   */
  public static Scores of(
      Pretrained model,
      List<Pixels> pictures,
      List<String> captions,
      List<List<String>> references) {
    Checks.sameSize("RefCLIP-S", "pictures", pictures.size(), "captions", captions.size());
    Checks.sameSize("RefCLIP-S", "captions", captions.size(), "references", references.size());
    var all = new ArrayList<String>();
    references.forEach(all::addAll);
    float[][] vectors = model.embedTexts(prompts(all));
    var grouped = new float[references.size()][][];
    int from = 0;
    for (int i = 0; i < grouped.length; i++) {
      int to = from + references.get(i).size();
      grouped[i] = Arrays.copyOfRange(vectors, from, to);
      from = to;
    }
    return of(model.embedImages(pictures), model.embedTexts(prompts(captions)), grouped);
  }

  /** CLIP-S of unit vectors. */
  public static Scores of(float[][] pictures, float[][] captions) {
    Checks.sameSize("CLIP-S", "pictures", pictures.length, "captions", captions.length);
    var each = new double[captions.length];
    for (int i = 0; i < each.length; i++) {
      each[i] = clipScore(pictures[i], captions[i]);
    }
    return Scores.mean("CLIP-S", each);
  }

  /**
   * RefCLIP-S of unit vectors.
   *
   * @param references {@code [pictures, references of that picture, width]}
   */
  public static Scores of(float[][] pictures, float[][] captions, float[][][] references) {
    Checks.sameSize("RefCLIP-S", "pictures", pictures.length, "captions", captions.length);
    Checks.sameSize("RefCLIP-S", "captions", captions.length, "references", references.length);
    var each = new double[captions.length];
    for (int i = 0; i < each.length; i++) {
      Checks.notEmpty("RefCLIP-S", "reference captions of each picture", references[i].length);
      double best = 0;
      for (float[] reference : references[i]) {
        best = Math.max(best, Pretrained.similarity(captions[i], reference));
      }
      double score = clipScore(pictures[i], captions[i]);
      each[i] = score == 0 || best == 0 ? 0 : 2 * score * best / (score + best);
    }
    return Scores.mean("RefCLIP-S", each);
  }

  private static double clipScore(float[] picture, float[] caption) {
    return WEIGHT * Math.max(0, Pretrained.similarity(picture, caption));
  }

  private static List<String> prompts(List<String> texts) {
    return texts.stream().map(text -> PREFIX + text).toList();
  }
}
