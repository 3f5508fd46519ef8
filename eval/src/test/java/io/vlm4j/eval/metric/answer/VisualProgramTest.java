package io.vlm4j.eval.metric.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.eval.metric.answer.VisualProgram.Kind;
import io.vlm4j.io.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VisualProgramTest {
  @Test
  void aProgramIsCallsWithSemicolonsBetweenThem() {
    VisualProgram program =
        VisualProgram.parse(
            "objectEval(image, 'owl'); countEval(objDet(image, 'cow'), '>1');"
                + "spatialEval(image, 'bench,bag,left to');scaleEval(image, 'cat,dog,smaller');"
                + "textEval(ocr(image), \"stop; it\");vqa(image, 'is it red?', 'yes,no', 'yes')");
    assertThat(program.modules().stream().map(VisualProgram.Module::kind))
        .containsExactly(Kind.OBJECT, Kind.COUNT, Kind.SPATIAL, Kind.SCALE, Kind.TEXT, Kind.VQA);
    assertThat(program.modules().get(0).questions())
        .containsExactly("Is there an owl in the image?");
    assertThat(program.modules().get(2).questions())
        .containsExactly(
            "Is there a bench in the image?",
            "Is there a bag in the image?",
            "Is the bench to the left of the bag?");
    assertThat(program.modules().get(3).questions()).endsWith("Is the cat smaller than the dog?");
    assertThat(program.modules().get(5).questions()).containsExactly("is it red? yes, no?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "==2|two|true",
        "=2|3|false",
        ">1|2|true",
        ">2|2|false",
        "<=3|three|true",
        "two|2|true",
        "<3|many|false",
        ">=2|I see 4 of them|true",
        "<3|3|false"
      })
  void countsAreCompared(String wanted, String answer, boolean found) {
    VisualProgram.Module count =
        VisualProgram.parse("countEval(objDet(image, 'cow'), '" + wanted + "')")
            .modules()
            .getFirst();
    assertThat(count.finds(List.of(answer))).isEqualTo(found);
  }

  @Test
  void answersAreReadByEachModule() {
    VisualProgram program =
        VisualProgram.parse(
            "spatialEval(image, 'a,b,above');textEval(ocr(image), 'Stop');"
                + "vqa(image, 'which?', 'red,blue', 'blue')");
    VisualProgram.Module spatial = program.modules().get(0);
    assertThat(spatial.finds(List.of("yes", "Yes, there is", "yes"))).isTrue();
    assertThat(spatial.finds(List.of("yes", "no", "yes"))).isFalse();
    assertThat(spatial.finds(List.of("yes", "yes", "a cat"))).as("not a yes").isFalse();
    VisualProgram.Module text = program.modules().get(1);
    assertThat(text.finds(List.of("it says STOP!"))).isTrue();
    assertThat(text.finds(List.of("stopped"))).isFalse();
    VisualProgram.Module choice = program.modules().get(2);
    assertThat(choice.finds(List.of("Blue."))).isTrue();
    assertThat(choice.finds(List.of("red"))).isFalse();
    assertThat(choice.finds(List.of("green"))).isFalse();
    assertThatThrownBy(() -> spatial.finds(List.of("yes")))
        .isInstanceOf(InputException.class)
        .hasMessage("1 answers to the 3 questions of a module");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec('rm')",
        "objectEval(image)",
        "objectEval(image, '')",
        "countEval(objDet(image, 'cow'), 'many')",
        "spatialEval(image, 'a,b')",
        "spatialEval(image, 'a,b,beside')",
        "vqa(image, 'what?', 'a,b')"
      })
  void whatCannotBeReadIsNamed(String code) {
    assertThatThrownBy(() -> VisualProgram.parse(code))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("the call '" + code + "' cannot be read: ");
  }
}
