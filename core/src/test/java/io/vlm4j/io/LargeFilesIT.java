package io.vlm4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that no Java array or buffer can hold. */
class LargeFilesIT {
  private static final long COUNT = (1L << 31) + 1000;
  private static final long MEMORY = COUNT + (512L << 20);

  @TempDir Path folder;

  /** A sparse file: it takes a few kilobytes of the disk. */
  @Test
  void aTensorOverTwoGibibytesIsReadToItsEnd() throws IOException {
    requireMemory();
    Path file = sparse();
    try (var _ = new Scope();
        TensorSource source = TensorSource.open(file)) {
      assertThat(Tensors.toFloats(source.read("after"))).containsExactly(1.5f, -2.5f);
      Tensor large = source.read("large");
      assertThat(large.shape()).containsExactly(COUNT);
      assertThat(Tensors.toLongs(Tensors.slice(large, 0, 0, 3))).containsExactly(0, 0, 0);
      assertThat(Tensors.toLongs(Tensors.slice(large, 0, COUNT - 4, COUNT)))
          .containsExactly(1, 2, 3, 4);
      large.zero_();
      source.read("large", large);
      assertThat(Tensors.toLongs(Tensors.slice(large, 0, COUNT - 4, COUNT)))
          .containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void aTensorOverTwoGibibytesIsWrittenToItsEnd() throws IOException {
    requireMemory();
    long space = Files.getFileStore(folder).getUsableSpace();
    assumeTrue(space > 2 * COUNT, "the disk has no space for a file over 2 GiB: " + space);
    Path file = folder.resolve("written.safetensors");
    try (var _ = new Scope()) {
      Tensor large = Tensors.zeros(ScalarType.Byte, COUNT);
      Tensors.slice(large, 0, COUNT - 2, COUNT).fill_(new Scalar(7));
      SafeTensors.write(file, Map.of("large", large), Map.of());
    }
    try (var channel = FileChannel.open(file)) {
      var end = ByteBuffer.allocate(4);
      channel.read(end, channel.size() - 4);
      assertThat(end.array()).containsExactly(0, 0, 7, 7);
      assertThat(channel.size()).isGreaterThan(COUNT);
    }
  }

  private static void requireMemory() {
    long free = Pointer.availablePhysicalBytes();
    assumeTrue(free > MEMORY, "too little memory for a tensor over 2 GiB: " + free);
  }

  private Path sparse() throws IOException {
    String header =
        """
        {"large":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]},\
        "after":{"dtype":"F32","shape":[2],"data_offsets":[%d,%d]}}\
        """
            .formatted(COUNT, COUNT, COUNT, COUNT + 8);
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("sparse.safetensors");
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      var bytes = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(bytes.putLong(json.length).put(json).flip(), 0);
      var end = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      end.put(new byte[] {1, 2, 3, 4}).putFloat(1.5f).putFloat(-2.5f);
      channel.write(end.flip(), 8 + json.length + COUNT - 4);
    }
    return file;
  }
}
