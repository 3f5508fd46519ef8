package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, read back by a parser of TensorBoard's format that shares no code with it. */
class EventFileTest {
  @TempDir Path folder;

  private record Event(double time, long step, String version, Map<String, Float> scalars) {}

  @Test
  void theFileBeginsWithItsVersion() throws IOException {
    try (var events = new EventFile(folder)) {
      events.add(1, Map.of("a", 1.0));
    }

    List<Event> read = read(onlyFile());

    assertThat(read.getFirst().version()).isEqualTo("brain.Event:2");
    assertThat(onlyFile().getFileName().toString())
        .as("the name by which TensorBoard finds it")
        .contains("tfevents");
  }

  @Test
  void scalarsAreReadBackByStepAndTag() throws IOException {
    var first = new LinkedHashMap<String, Double>();
    first.put("train/loss", 4.5);
    first.put("train/lr", 1e-4);
    try (var events = new EventFile(folder)) {
      events.add(10, first);
      events.add(1L << 40, Map.of("val/größe", -1.25));
    }

    List<Event> read = read(onlyFile());

    assertThat(read).hasSize(3);
    assertThat(read.get(1).step()).isEqualTo(10);
    assertThat(read.get(1).scalars()).isEqualTo(Map.of("train/loss", 4.5f, "train/lr", 1e-4f));
    assertThat(read.get(2).step()).isEqualTo(1L << 40);
    assertThat(read.get(2).scalars()).isEqualTo(Map.of("val/größe", -1.25f));
    assertThat(read.get(2).time()).isGreaterThanOrEqualTo(read.get(1).time()).isGreaterThan(1.7e9);
  }

  @Test
  void whatIsAddedIsInTheFileBeforeItIsClosed() throws IOException {
    try (var events = new EventFile(folder)) {
      events.add(1, Map.of("a", 1.0));

      assertThat(read(onlyFile())).hasSize(2);
    }
  }

  @Test
  void aResumedRunKeepsWhatItWroteBefore() throws IOException {
    try (var events = new EventFile(folder)) {
      events.add(1, Map.of("a", 1.0));
    }
    try (var events = new EventFile(folder)) {
      events.add(2, Map.of("a", 2.0));
    }

    var steps = new ArrayList<Long>();
    for (Path file : files()) {
      read(file).stream().filter(e -> !e.scalars().isEmpty()).map(Event::step).forEach(steps::add);
    }
    assertThat(steps).containsExactlyInAnyOrder(1L, 2L);
  }

  private Path onlyFile() throws IOException {
    assertThat(files()).hasSize(1);
    return files().getFirst();
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** Records: length (u64), masked CRC-32C of it, message, masked CRC-32C of that. */
  private static List<Event> read(Path file) throws IOException {
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    var events = new ArrayList<Event>();
    while (bytes.hasRemaining()) {
      var length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).as("checksum of the length").isEqualTo(masked(length));
      var message =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(message);
      assertThat(bytes.getInt()).as("checksum of the message").isEqualTo(masked(message));
      events.add(event(message));
    }
    return events;
  }

  private static int masked(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    long value = crc.getValue();
    return (int) (((value >>> 15 | value << 17) & 0xffffffffL) + 0xa282ead8L);
  }

  private static Event event(byte[] message) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message);
    double time = 0;
    long step = 0;
    String version = "";
    var scalars = new LinkedHashMap<String, Float>();
    while (!in.isAtEnd()) {
      int tag = in.readTag();
      switch (tag) {
        case 1 << 3 | 1 -> time = in.readDouble();
        case 2 << 3 -> step = in.readInt64();
        case 3 << 3 | 2 -> version = in.readString();
        case 5 << 3 | 2 -> summary(in.readByteArray(), scalars);
        default -> throw new AssertionError("unknown field " + tag);
      }
    }
    return new Event(time, step, version, scalars);
  }

  private static void summary(byte[] message, Map<String, Float> scalars) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message);
    while (!in.isAtEnd()) {
      assertThat(in.readTag()).isEqualTo(1 << 3 | 2);
      CodedInputStream value = CodedInputStream.newInstance(in.readByteArray());
      String name = "";
      float number = Float.NaN;
      while (!value.isAtEnd()) {
        int tag = value.readTag();
        switch (tag) {
          case 1 << 3 | 2 -> name = value.readString();
          case 2 << 3 | 5 -> number = value.readFloat();
          default -> throw new AssertionError("unknown field " + tag);
        }
      }
      scalars.put(name, number);
    }
  }
}
