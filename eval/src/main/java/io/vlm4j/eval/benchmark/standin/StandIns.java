package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.PeopleIcons;
import io.vlm4j.eval.benchmark.Ability;
import io.vlm4j.eval.benchmark.AnswerBenchmark;
import io.vlm4j.eval.benchmark.Benchmark;
import io.vlm4j.eval.benchmark.Benchmark.Heading;
import io.vlm4j.eval.benchmark.BiasBenchmark;
import io.vlm4j.eval.benchmark.CaptionBenchmark;
import io.vlm4j.eval.benchmark.CardRun.Planned;
import io.vlm4j.eval.benchmark.ClipBenchmark;
import io.vlm4j.eval.benchmark.DejaVuBenchmark;
import io.vlm4j.eval.benchmark.Examinee;
import io.vlm4j.eval.benchmark.FrequencyBenchmark;
import io.vlm4j.eval.benchmark.Grid;
import io.vlm4j.eval.benchmark.GridBenchmark;
import io.vlm4j.eval.benchmark.GridBenchmark.Rule;
import io.vlm4j.eval.benchmark.LikelihoodBenchmark;
import io.vlm4j.eval.benchmark.NearestCaption;
import io.vlm4j.eval.benchmark.NeighbourBenchmark;
import io.vlm4j.eval.benchmark.PixelsOnly;
import io.vlm4j.eval.benchmark.ProgramBenchmark;
import io.vlm4j.eval.benchmark.Protocol;
import io.vlm4j.eval.benchmark.Protocols;
import io.vlm4j.eval.benchmark.RedTeamBenchmark;
import io.vlm4j.eval.benchmark.RetrievalBenchmark;
import io.vlm4j.eval.benchmark.SameAnswer;
import io.vlm4j.eval.benchmark.UsualAnswer;
import io.vlm4j.eval.benchmark.WordsOnly;
import io.vlm4j.eval.benchmark.YesNoBenchmark;
import io.vlm4j.eval.benchmark.ZeroShotBenchmark;
import io.vlm4j.io.InputException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that need no data of others: icons of the demo's test styles, alone and composed, and
 * pictures of text. The same icons, fonts, seed and size give the same questions.
 */
public final class StandIns {
  /** The names of all tasks, in the order of the card. */
  public static final List<String> NAMES =
      List.of(
          "zero-shot",
          "zero-shot-known",
          "calibration",
          "retrieval",
          "neighbours",
          "winoground",
          "aro",
          "sugarcrepe",
          "pug",
          "dci",
          "ocr",
          "frame-order",
          "pope",
          "pope-answers",
          "bias",
          "frequency",
          "deja-vu",
          "captioning",
          "generative-classifier",
          "vqa",
          "red-team",
          "temporal",
          "vpeval");

  /** The tasks of a quick look. */
  public static final Set<String> QUICK =
      Set.of("zero-shot", "retrieval", "winoground", "aro", "sugarcrepe", "pope", "captioning");

  private static final String ICONS = "icons";
  private static final String SCENES = "composed icons";
  private static final List<String> TEMPLATES =
      List.of("{}", "a picture of {}", "an icon of {}", "a drawing of {}");

  private final Icons icons;
  private final int size;
  private final long seed;
  private final Examinee words;
  private final @Nullable Reference reference;
  private @Nullable Things things;

  /**
   * Tasks of icons.
   *
   * @param size how many of each kind of question
   * @param reference who shares no memory with the model, for what is memorised
   */
  public StandIns(Icons icons, int size, long seed, @Nullable Reference reference) {
    this.icons = icons;
    this.size = size;
    this.seed = seed;
    this.reference = reference;
    words = new WordsOnly(icons.captions());
  }

  /** A model that was trained on other pairs, and the hash of its files. */
  public record Reference(Examinee model, String hash) {}

  /** All tasks, in the order of the card. */
  public List<Planned> all() {
    return List.of(
        new Planned("zero-shot", () -> zeroShot("zero-shot", false)),
        new Planned("zero-shot-known", this::zeroShotKnown),
        new Planned("calibration", () -> zeroShot("calibration", true)),
        new Planned("retrieval", this::retrieval),
        new Planned("neighbours", this::neighbours),
        scenes("winoground", Protocols.WINOGROUND, Rule.WINOGROUND, Cases.WINOGROUND),
        scenes("aro", Protocols.ARO, Rule.CHOICE, Cases.ARO),
        scenes("sugarcrepe", Protocols.SUGARCREPE, Rule.CHOICE, Cases.SUGARCREPE),
        scenes("pug", Protocols.PUG, Rule.CHOICE, Factors.PUG),
        grids("dci", Protocols.DCI, SCENES, () -> CropGrids.of(things(), size, seed)),
        grids("ocr", Protocols.OCR, "pictures of text", () -> LetterGrids.of(size, seed)),
        scenes("frame-order", Protocols.FRAME_ORDER, Rule.CHOICE, Frames.ORDER),
        new Planned("pope", () -> pope("pope", Protocols.POPE, Ability.EMBED, words)),
        new Planned(
            "pope-answers",
            () ->
                pope(
                    "pope-answers", Protocols.POPE_ANSWERS, Ability.ANSWER, new SameAnswer("yes"))),
        new Planned("bias", this::bias),
        new Planned("frequency", this::frequency),
        new Planned("deja-vu", this::dejaVu),
        new Planned("captioning", this::captioning),
        new Planned("generative-classifier", this::generative),
        new Planned("vqa", this::questions),
        new Planned("red-team", this::redTeam),
        new Planned("temporal", this::temporal),
        new Planned("vpeval", this::programs));
  }

  private Planned scenes(String name, Protocol protocol, Rule rule, List<Case> cases) {
    return new Planned(
        name,
        () ->
            new GridBenchmark(
                compared(name, protocol, SCENES),
                rule,
                SceneGrids.of(cases, things(), size, seed)));
  }

  private Planned grids(String name, Protocol protocol, String data, Supplier<List<Grid>> grids) {
    return new Planned(
        name, () -> new GridBenchmark(compared(name, protocol, data), Rule.CHOICE, grids.get()));
  }

  private Heading compared(String name, Protocol protocol, String data) {
    return new Heading(name, protocol, data, Ability.COMPARE, words);
  }

  private Heading heading(String name, Protocol protocol, String data) {
    return new Heading(name, protocol, data, Ability.EMBED, words);
  }

  private Things things() {
    if (things == null) {
      things = new Things(icons.seen());
    }
    return things;
  }

  private Benchmark zeroShot(String name, boolean calibration) {
    return new ZeroShotBenchmark(
        heading(name, calibration ? Protocols.CALIBRATION : Protocols.ZERO_SHOT, ICONS),
        icons.byGroup(),
        TEMPLATES,
        calibration);
  }

  private Benchmark zeroShotKnown() {
    return new ZeroShotBenchmark(
        heading("zero-shot-known", Protocols.ZERO_SHOT, "icons of training"),
        icons.trainingByGroup(10 * size),
        TEMPLATES,
        false);
  }

  private Benchmark retrieval() {
    return new RetrievalBenchmark(
        heading("retrieval", Protocols.RETRIEVAL, ICONS),
        icons.galleries().stream()
            .map(gallery ->
                RetrievalBenchmark.Gallery.of(
                    gallery.samples(), s -> List.of(s.text()), gallery.tags()))
            .toList());
  }

  private Benchmark neighbours() {
    return new NeighbourBenchmark(
        new Heading("neighbours", Protocols.NEIGHBOURS, ICONS, Ability.EMBED, new PixelsOnly()),
        icons.trainingByGroup(10 * size),
        icons.byGroup());
  }

  private Benchmark pope(String name, Protocol protocol, Ability needs, Examinee baseline) {
    return new YesNoBenchmark(
        new Heading(name, protocol, SCENES, needs, baseline),
        PresenceQuestions.of(things(), size, seed));
  }

  private Benchmark bias() {
    if (icons.people().isEmpty()) {
      throw new InputException("there are no icons of people");
    }
    return new BiasBenchmark(
        new Heading("bias", Protocols.BIAS, "icons of people", Ability.EMBED, new PixelsOnly()),
        icons.people(),
        PeopleIcons.ROLE,
        List.of(
            new BiasBenchmark.Groups(
                PeopleIcons.TONE,
                PeopleIcons.TONES,
                List.of("light", "medium-light"),
                List.of("medium-dark", "dark"),
                false),
            new BiasBenchmark.Groups(
                PeopleIcons.GENDER,
                List.of("man", "woman"),
                List.of("man"),
                List.of("woman"),
                true)));
  }

  private Benchmark frequency() {
    return new FrequencyBenchmark(
        heading("frequency", Protocols.FREQUENCY, "icons and the demo's training captions"),
        icons.byName(),
        icons.captions());
  }

  private Benchmark dejaVu() {
    if (reference == null) {
      throw new InputException(
          "name a model that was trained on other pairs with --reference MODEL");
    }
    var heading =
        new Heading(
            "deja-vu",
            Protocols.DEJA_VU,
            "icons, against the model " + reference.hash().substring(0, 16),
            Ability.EMBED,
            reference.model());
    String style = icons.training().getFirst().label(IconCorpus.STYLE);
    return new DejaVuBenchmark(
        heading,
        icons.training().stream().filter(s -> s.label(IconCorpus.STYLE).equals(style)).toList(),
        icons.galleries().stream().flatMap(gallery -> gallery.samples().stream()).toList(),
        StandIns::keywords);
  }

  /** What is said of a picture beside its name. */
  private static Set<String> keywords(Sample sample) {
    var keywords = new HashSet<>(sample.texts());
    keywords.remove(sample.text());
    return keywords;
  }

  private Benchmark captioning() {
    return new CaptionBenchmark(
        new Heading(
            "captioning",
            Protocols.CAPTIONING,
            ICONS,
            Ability.CAPTION,
            new NearestCaption(icons.training())),
        Icons.some(icons.seen(), 5 * size),
        IconCorpus.STYLE);
  }

  private Benchmark generative() {
    return new LikelihoodBenchmark(
        new Heading(
            "generative-classifier", Protocols.GENERATIVE, ICONS, Ability.LIKELIHOOD, words),
        icons.byGroup(5 * size), // each is asked about beside every class
        "{}");
  }

  private Benchmark questions() {
    int each = Math.ceilDiv(size, icons.galleries().size());
    List<AnswerBenchmark.Question> questions =
        icons.galleries().stream()
            .flatMap(gallery -> PictureQuestions.of(gallery, each, seed).stream())
            .toList();
    return new AnswerBenchmark(
        new Heading("vqa", Protocols.VQA, SCENES, Ability.ANSWER, new UsualAnswer(questions)),
        AnswerBenchmark.Rule.VQA,
        questions);
  }

  private Benchmark redTeam() {
    return new RedTeamBenchmark(
        new Heading("red-team", Protocols.RED_TEAM, SCENES, Ability.ANSWER, new SameAnswer("yes")),
        RedTeamProbes.of(things(), icons, size, seed));
  }

  private Benchmark temporal() {
    return new ClipBenchmark(
        compared("temporal", Protocols.TEMPORAL, "clips of composed icons"),
        ClipBenchmark.Rule.CHOICE,
        TemporalQuestions.of(things(), Math.ceilDiv(size, 2), seed),
        TemporalQuestions.FRAMES);
  }

  private Benchmark programs() {
    return new ProgramBenchmark(
        new Heading(
            "vpeval", Protocols.VPEVAL_ANSWERS, SCENES, Ability.ANSWER, new SameAnswer("yes")),
        ScenePrograms.of(things(), Math.ceilDiv(size, 2), seed));
  }
}
