package io.vlm4j.testing;

import io.vlm4j.tensor.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.pytorch.Tensor;

/** State dictionaries in the form of {@code torch.save}: an archive with a pickle of protocol 2. */
public final class TorchFiles {
  private TorchFiles() {}

  /** Writes tensors by name, as f32. */
  public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    var pickle = new Pickled();
    pickle.write(new byte[] {(byte) 0x80, 2, '}', '('}); // protocol, dictionary, mark
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      int key = 0;
      for (var entry : tensors.entrySet()) {
        float[] values = Tensors.toFloats(entry.getValue().detach());
        pickle.text(entry.getKey());
        pickle.tensor(Integer.toString(key), values.length, entry.getValue().shape());
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        put(zip, "archive/data/" + key++, bytes.array());
      }
      pickle.write(new byte[] {'u', '.'}); // set the items, stop
      put(zip, "archive/data.pkl", pickle.toByteArray());
      put(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    var entry = new ZipEntry(name);
    var crc = new CRC32();
    crc.update(bytes);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  private static final class Pickled extends ByteArrayOutputStream {
    void text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      write('X');
      number(utf8.length);
      writeBytes(utf8);
    }

    /** A tensor that lies whole and in order in the storage of that key. */
    void tensor(String key, long count, long[] shape) {
      name("torch._utils", "_rebuild_tensor_v2");
      write('('); // the arguments
      write('('); // what stands for the storage
      text("storage");
      name("torch", "FloatStorage");
      text(key);
      text("cpu");
      whole(count);
      write('t');
      write('Q');
      whole(0); // offset
      write('(');
      for (long side : shape) {
        whole(side);
      }
      write('t');
      write('(');
      long stride = count;
      for (long side : shape) {
        stride /= side;
        whole(stride);
      }
      write('t');
      write(0x89); // needs no gradient
      name("collections", "OrderedDict");
      write(')');
      write('R');
      write('t');
      write('R');
    }

    private void name(String module, String name) {
      writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void whole(long number) {
      write('J');
      number(Math.toIntExact(number));
    }

    private void number(int number) {
      writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array());
    }
  }
}
