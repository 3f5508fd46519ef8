package io.vlm4j.model.generative;

import io.vlm4j.generate.Decoder;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Texts about pictures whose tokens follow the start of text: who reads the text does not see them.
 */
final class PictureAfterStart implements Decoder {
  private final Decoder decoder;
  private final int length;
  private @Nullable Tensor pictures; // i64 [B, P], until they are read

  /**
   * Takes over a fresh decoder.
   *
   * @param pictures their tokens, i64 {@code [B, P]}, one row for each input
   */
  PictureAfterStart(Decoder decoder, Tensor pictures) {
    this.decoder = decoder;
    length = Math.toIntExact(pictures.size(1));
    this.pictures = Scope.keep(pictures.cpu());
  }

  @Override
  public void pad(long[] counts) {
    if (Arrays.stream(counts).anyMatch(count -> count != 0)) {
      throw new InputException("beginnings of texts about pictures must have one length");
    }
  }

  @Override
  public Tensor read(Tensor tokens) {
    Tensor before = pictures;
    if (before == null) {
      return decoder.read(tokens);
    }
    pictures = null;
    try (before) {
      return Scope.run(() -> {
        Tensor start = Tensors.slice(tokens, 1, 0, 1);
        Tensor rest = Tensors.slice(tokens, 1, 1, tokens.size(1));
        return decoder.read(torch.cat(new TensorVector(start, before, rest), 1));
      });
    }
  }

  @Override
  public void select(long[] rows) {
    decoder.select(rows);
  }

  @Override
  public int capacity() {
    return decoder.capacity() - length;
  }

  @Override
  public void close() {
    decoder.close();
    if (pictures != null) {
      pictures.close();
    }
  }
}
