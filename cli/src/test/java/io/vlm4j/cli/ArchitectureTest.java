package io.vlm4j.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.vlm4j.io.InputException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.NullMarked;

/** Which room may use which: the table of docs/architecture.md. */
@AnalyzeClasses(packages = "io.vlm4j", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] CORE = {
    "io.vlm4j.tensor..",
    "io.vlm4j.nn..",
    "io.vlm4j.image..",
    "io.vlm4j.text..",
    "io.vlm4j.dialogue..",
    "io.vlm4j.io.."
  };
  private static final String DATA = "io.vlm4j.data..";
  private static final String MODEL = "io.vlm4j.model..";
  private static final String GENERATE = "io.vlm4j.generate..";
  private static final String OBJECTIVE = "io.vlm4j.objective..";
  private static final String TRAIN = "io.vlm4j.train..";
  private static final String EVAL = "io.vlm4j.eval..";

  @ArchTest static final ArchRule coreUsesNothingElseOfOurs = room(CORE).mayUse(CORE);

  @ArchTest static final ArchRule dataUsesCore = room(DATA).mayUse(plus(CORE, DATA));

  @ArchTest
  static final ArchRule modelsUseCore =
      room(MODEL, OBJECTIVE, GENERATE).mayUse(plus(CORE, MODEL, OBJECTIVE, GENERATE));

  @ArchTest
  static final ArchRule generationKnowsNoModel = room(GENERATE).mayUse(plus(CORE, GENERATE));

  @ArchTest
  static final ArchRule trainingUsesCoreDataAndModels =
      room(TRAIN).mayUse(plus(CORE, DATA, MODEL, OBJECTIVE, GENERATE, TRAIN));

  @ArchTest
  static final ArchRule evaluationUsesCoreDataAndModels =
      room(EVAL).mayUse(plus(CORE, DATA, MODEL, OBJECTIVE, GENERATE, EVAL));

  @ArchTest
  static final ArchRule everyPackageHasItsPlaceInTheTable =
      classes()
          .should()
          .resideInAnyPackage(
              plus(
                  CORE,
                  DATA,
                  MODEL,
                  OBJECTIVE,
                  GENERATE,
                  TRAIN,
                  EVAL,
                  "io.vlm4j.cli..",
                  "io.vlm4j.bench.."));

  /** All may say that input is wrong, also those below the files. */
  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices()
          .matching("io.vlm4j.(**)")
          .should()
          .beFreeOfCycles()
          .ignoreDependency(DescribedPredicate.alwaysTrue(), type(InputException.class));

  @ArchTest
  static final ArchRule nobodyOutsideTheModelsKnowsASystem =
      noClasses()
          .that()
          .resideOutsideOfPackage(MODEL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vlm4j.model.*..");

  @ArchTest
  static final ArchRule onlyTheCommandLinePrints =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.vlm4j.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  /** Others close tensors, which are pointers, and read strings, but leave the rest to scopes. */
  @ArchTest
  static final ArchRule onlyCoreManagesNativeMemory =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.vlm4j.tensor..", "io.vlm4j.nn..", "io.vlm4j.image..", "io.vlm4j.io..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("org.bytedeco.javacpp..")
                  .and(not(belongToAnyOf(Pointer.class, BytePointer.class))));

  @ArchTest
  static final ArchRule onlyTheCommandLineEndsTheProcess =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.vlm4j.cli..")
          .should()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static void everyPackageIsNullMarked(JavaClasses ours) {
    assertThat(ours.stream().map(JavaClass::getPackage).distinct())
        .isNotEmpty()
        .allMatch(room -> room.isAnnotatedWith(NullMarked.class), "is null-marked");
  }

  private record Room(String... packages) {
    ArchRule mayUse(String... others) {
      return classes()
          .that()
          .resideInAnyPackage(packages)
          .should()
          .onlyDependOnClassesThat(
              JavaClass.Predicates.resideOutsideOfPackage("io.vlm4j..")
                  .or(JavaClass.Predicates.resideInAnyPackage(others)));
    }
  }

  private static Room room(String... packages) {
    return new Room(packages);
  }

  private static String[] plus(String[] some, String... more) {
    var all = new String[some.length + more.length];
    System.arraycopy(some, 0, all, 0, some.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }
}
