package io.vlm4j.tensor;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Switches libtorch's automatic mixed precision on or off for this thread until it is closed.
 *
 * <p>Guards nest. Converted weights are cached until the outermost guard closes, as in PyTorch.
 */
public final class Autocast implements AutoCloseable {
  static {
    Engine.load();
  }

  private final DeviceType device;
  private final boolean enabledBefore;
  private final ScalarType typeBefore;

  private Autocast(DeviceType device, boolean enabled, ScalarType type) {
    this.device = device;
    enabledBefore = torch.is_autocast_enabled(device);
    typeBefore = torch.get_autocast_dtype(device);
    torch.increment_nesting();
    torch.set_autocast_enabled(device, enabled);
    torch.set_autocast_dtype(device, type);
  }

  /** Products of this thread on {@code device} in the given precision. */
  public static Autocast to(Device device, Precision precision) {
    return new Autocast(device.type(), precision != Precision.F32, precision.type());
  }

  /** Operations of this thread on {@code device} in the types of their inputs. */
  public static Autocast off(Device device) {
    DeviceType type = device.type();
    return new Autocast(type, false, torch.get_autocast_dtype(type));
  }

  @Override
  public void close() {
    torch.set_autocast_dtype(device, typeBefore);
    torch.set_autocast_enabled(device, enabledBefore);
    if (torch.decrement_nesting() == 0) {
      torch.clear_cache();
    }
  }
}
