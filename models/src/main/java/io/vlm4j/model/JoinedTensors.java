package io.vlm4j.model;

import io.vlm4j.io.TensorSource;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tensors of one source, and some of another's under longer names.
 *
 * @param prefix what the other's names begin with here, in the place of {@code otherPrefix}
 * @param otherPrefix what they begin with there; tensors of other names are left out
 */
record JoinedTensors(TensorSource own, TensorSource other, String prefix, String otherPrefix)
    implements TensorSource {
  @Override
  public SequencedSet<String> names() {
    var names = new LinkedHashSet<>(own.names());
    other.names().stream()
        .filter(name -> name.startsWith(otherPrefix))
        .forEach(name -> names.add(prefix + name.substring(otherPrefix.length())));
    return Collections.unmodifiableSequencedSet(names);
  }

  private boolean isOwn(String name) {
    return own.names().contains(name) || !name.startsWith(prefix);
  }

  private TensorSource source(String name) {
    return isOwn(name) ? own : other;
  }

  private String name(String name) {
    return isOwn(name) ? name : otherPrefix + name.substring(prefix.length());
  }

  @Override
  public long[] shape(String name) {
    return source(name).shape(name(name));
  }

  @Override
  public ScalarType type(String name) {
    return source(name).type(name(name));
  }

  @Override
  public Tensor read(String name) {
    return source(name).read(name(name));
  }

  @Override
  public void read(String name, Tensor target) {
    source(name).read(name(name), target);
  }

  @Override
  public Map<String, String> metadata() {
    return own.metadata();
  }

  @Override
  public Path file(String name) {
    return source(name).file(name(name));
  }

  @Override
  public void close() {
    own.close();
    other.close();
  }
}
