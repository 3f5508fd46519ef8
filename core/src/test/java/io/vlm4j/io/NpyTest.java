package io.vlm4j.io;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
  @TempDir Path folder;

  private Path write(boolean half, int columns, float[]... rows) throws IOException {
    Path file = folder.resolve("m.npy");
    Files.deleteIfExists(file);
    try (var writer = new NpyWriter(file, half, columns)) {
      for (float[] row : rows) {
        writer.add(row);
      }
    }
    return file;
  }

  @Test
  void theBytesAreNumpysOwn() throws IOException {
    Path file = write(true, 2, new float[] {1, -2}, new float[] {0.5f, 65504}, new float[] {0, 3});

    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, 0, 128, StandardCharsets.ISO_8859_1);
    assertThat(header)
        .startsWith("\u0093NUMPY\u0001\u0000v\u0000") // 118 bytes follow
        .contains("{'descr': '<f2', 'fortran_order': False, 'shape': (3, 2), }  ")
        .endsWith(" \n");
    // 1, -2, 0.5, 65504, 0 and 3 as numpy.float16 has them
    assertThat(Arrays.copyOfRange(bytes, 128, bytes.length))
        .containsExactly(0x00, 0x3c, 0x00, 0xc0, 0x00, 0x38, 0xff, 0x7b, 0, 0, 0x00, 0x42);
  }

  @Test
  void rowsOfF32ComeBackBitForBitAndRowsOfF16AsTheNearest() throws IOException {
    var random = Randomness.ofTest();
    int columns = 1 + random.nextInt(700);
    var rows = new float[1 + random.nextInt(100)][];
    Arrays.setAll(rows, _ -> Randomness.normal(random, columns));

    for (boolean half : new boolean[] {false, true}) {
      try (var matrix = new NpyMatrix(write(half, columns, rows))) {
        assertThat(matrix.rows()).isEqualTo(rows.length);
        assertThat(matrix.columns()).isEqualTo(columns);
        assertThat(matrix.isHalf()).isEqualTo(half);
        var row = new float[columns];
        for (int i = 0; i < rows.length; i++) {
          matrix.read(i, row);
          for (int d = 0; d < columns; d++) {
            float expected =
                half ? Float.float16ToFloat(Float.floatToFloat16(rows[i][d])) : rows[i][d];
            assertThat(row[d]).isEqualTo(expected);
          }
        }
      }
    }
  }

  @Test
  void aMatrixMayHaveNoRows() throws IOException {
    try (var matrix = new NpyMatrix(write(true, 5))) {
      assertThat(matrix.rows()).isZero();
      assertThat(matrix.columns()).isEqualTo(5);
    }
  }

  @Test
  void numpysLaterVersionIsRead() throws IOException {
    byte[] header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }\n"
            .getBytes(StandardCharsets.US_ASCII);
    var bytes = new byte[12 + header.length + 4];
    System.arraycopy(NpyWriter.MAGIC, 0, bytes, 0, 6);
    bytes[6] = 2;
    bytes[8] = (byte) header.length;
    System.arraycopy(header, 0, bytes, 12, header.length);
    bytes[bytes.length - 1] = 0x40; // 2.0f
    try (var matrix = new NpyMatrix(Files.write(folder.resolve("v2.npy"), bytes))) {
      var row = new float[1];
      matrix.read(0, row);
      assertThat(row).containsExactly(2);
    }
  }

  @Test
  void damageIsNamed() throws IOException {
    byte[] whole = Files.readAllBytes(write(false, 2, new float[] {1, 2}));
    Path file = folder.resolve("damaged.npy");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(() -> new NpyMatrix(file).close(), file.toString());
    }
    Files.writeString(
        file,
        new String(whole, StandardCharsets.ISO_8859_1).replace("<f4", "<i4"),
        StandardCharsets.ISO_8859_1);
    assertRefused(() -> new NpyMatrix(file).close(), "<f2 or <f4, not '<i4'");
    Files.writeString(
        file,
        new String(whole, StandardCharsets.ISO_8859_1).replace("False", "True "),
        StandardCharsets.ISO_8859_1);
    assertRefused(() -> new NpyMatrix(file).close(), "row-major");
    assertRefused(() -> new NpyMatrix(folder.resolve("absent.npy")).close(), "there is no such");
  }
}
