package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.answer.VqaScore;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Strategy;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.model.AnswerLikelihood;
import io.vlm4j.model.Answerer;
import io.vlm4j.model.Captioner;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Pretrained;
import io.vlm4j.model.TextLikelihood;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model, examined through {@link Pretrained}. */
public final class ModelExaminee implements Examinee {
  private static final Generation GREEDY = new Generation(0, 30, 1, new Strategy.Beams(1, 1));

  private static final int MOST_REMEMBERED = 20_000; // vectors of some kilobytes

  private final String name;
  private final Pretrained model;
  private final @Nullable Answerer answerer;
  private final Map<Picture, float[]> remembered = new IdentityHashMap<>();

  /** A model that the caller closes, and whoever answers questions with it, if anyone does. */
  public ModelExaminee(String name, Pretrained model, @Nullable Answerer answerer) {
    this.name = name;
    this.model = model;
    this.answerer = answerer;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Ability> abilities() {
    var abilities = EnumSet.noneOf(Ability.class);
    if (model.model() instanceof DualEncoder) {
      abilities.add(Ability.EMBED);
    }
    if (model.model() instanceof Captioner) {
      abilities.add(Ability.CAPTION);
    }
    if (model.model() instanceof TextLikelihood) {
      abilities.add(Ability.LIKELIHOOD);
    }
    if (answerer != null) {
      abilities.add(Ability.ANSWER);
    }
    if (answerer instanceof AnswerLikelihood) {
      abilities.add(Ability.COMPARE);
    }
    return abilities;
  }

  @Override
  public float[][] pictureVectors(List<Pixels> pictures) {
    return model.embedImages(pictures);
  }

  /** The first pictures are remembered, since galleries are asked about by several tasks. */
  @Override
  public synchronized float[][] vectorsOf(List<Picture> pictures) {
    List<Picture> unknown =
        pictures.stream().filter(picture -> !remembered.containsKey(picture)).toList();
    float[][] rows = unknown.isEmpty() ? new float[0][] : pictureVectors(Vectors.onWhite(unknown));
    var fresh = new IdentityHashMap<Picture, float[]>();
    for (int i = 0; i < rows.length; i++) {
      (remembered.size() < MOST_REMEMBERED ? remembered : fresh).put(unknown.get(i), rows[i]);
    }
    return pictures.stream()
        .map(picture -> fresh.getOrDefault(picture, remembered.get(picture)))
        .toArray(float[][]::new);
  }

  /** By vectors, or else by {@link VqaScore}. */
  @Override
  public List<double[][]> fits(List<Group> groups) {
    return !abilities().contains(Ability.EMBED) && answerer instanceof AnswerLikelihood likelihood
        ? fits(likelihood, groups)
        : Examinee.super.fits(groups);
  }

  /** Groups are small: the pairs of all of them fill the model's batches. */
  private static List<double[][]> fits(AnswerLikelihood likelihood, List<Group> groups) {
    var pictures = new ArrayList<Pixels>();
    var texts = new ArrayList<String>();
    for (Group group : groups) {
      for (Pixels picture : group.pictures()) {
        pictures.addAll(Collections.nCopies(group.texts().size(), picture));
        texts.addAll(group.texts());
      }
    }
    double[] scores = VqaScore.logarithms(likelihood, pictures, texts);
    var fits = new ArrayList<double[][]>();
    int next = 0;
    for (Group group : groups) {
      var fit = new double[group.pictures().size()][];
      for (int p = 0; p < fit.length; p++) {
        fit[p] = Arrays.copyOfRange(scores, next, next + group.texts().size());
        next += group.texts().size();
      }
      fits.add(fit);
    }
    return fits;
  }

  @Override
  public float[][] textVectors(List<String> texts) {
    return model.embedTexts(texts);
  }

  @Override
  public float[][] probabilities(float[][] cosines) {
    return Arrays.stream(cosines).map(model::probabilities).toArray(float[][]::new);
  }

  @Override
  public List<String> captions(List<Pixels> pictures) {
    return model.captions(pictures, "", GREEDY).stream()
        .map(captions -> captions.getFirst().text())
        .toList();
  }

  @Override
  public double[] logLikelihoods(List<Pixels> pictures, List<String> texts) {
    return model.logLikelihoods(pictures, texts);
  }

  @Override
  public List<String> answers(List<Pixels> pictures, List<String> questions) {
    return answerer().answers(pictures, questions);
  }

  @Override
  public List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
    return answerer().answersToClips(clips, questions);
  }

  private Answerer answerer() {
    if (answerer == null) {
      throw new InputException(name + " cannot " + Ability.ANSWER.words());
    }
    return answerer;
  }
}
