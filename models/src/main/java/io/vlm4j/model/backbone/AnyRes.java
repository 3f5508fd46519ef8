package io.vlm4j.model.backbone;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Resize;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * How LLaVA-NeXT looks at pictures of any shape: at the whole picture in a square, and at tiles of
 * the canvas that suits it best. What the tiles give is put together again, the canvas's margin is
 * taken off, and each row ends with a vector for the line break.
 *
 * @param canvases heights and widths to choose from, in pixels; multiples of a view's side
 */
public record AnyRes(List<Canvas> canvases) {
  /** Height and width, in pixels. */
  public record Canvas(int height, int width) {
    long area() {
      return (long) height * width;
    }
  }

  /** Copies the list. */
  public AnyRes {
    canvases = List.copyOf(canvases);
    if (canvases.isEmpty()) {
      throw new InputException("anyRes needs at least one canvas");
    }
  }

  /**
   * The canvas on which most of a picture's pixels stay; of several, the one with the least margin.
   */
  Canvas choose(int height, int width) {
    Canvas best = canvases.getFirst();
    long most = -1;
    long least = Long.MAX_VALUE;
    for (Canvas canvas : canvases) {
      double scale = Math.min((double) canvas.width / width, (double) canvas.height / height);
      long shown = (long) (width * scale) * (long) (height * scale);
      long effective = Math.min(shown, (long) width * height);
      long wasted = canvas.area() - effective;
      if (effective > most || (effective == most && wasted < least)) {
        best = canvas;
        most = effective;
        least = wasted;
      }
    }
    return best;
  }

  /**
   * The whole picture, then the tiles of its canvas, row by row.
   *
   * @param side of a view, in pixels
   */
  List<Pixels> views(Pixels picture, int side, Resize.Filter filter) {
    Canvas canvas = choose(picture.height(), picture.width());
    double x = (double) canvas.width / picture.width();
    double y = (double) canvas.height / picture.height();
    int width = x < y ? canvas.width : (int) Math.min(Math.ceil(picture.width() * y), canvas.width);
    int height =
        x < y ? (int) Math.min(Math.ceil(picture.height() * x), canvas.height) : canvas.height;
    Pixels shown = Resize.resize(picture, width, height, filter);
    Pixels whole = onBlack(shown, canvas);
    var views = new ArrayList<Pixels>();
    views.add(Resize.resize(picture, side, side, filter));
    for (int top = 0; top < canvas.height; top += side) {
      for (int left = 0; left < canvas.width; left += side) {
        views.add(cut(whole, left, top, side));
      }
    }
    return views;
  }

  private static Pixels onBlack(Pixels shown, Canvas canvas) {
    var rgb = new byte[3 * canvas.width * canvas.height];
    int left = (canvas.width - shown.width()) / 2;
    int top = (canvas.height - shown.height()) / 2;
    for (int row = 0; row < shown.height(); row++) {
      System.arraycopy(
          shown.rgb(),
          3 * row * shown.width(),
          rgb,
          3 * ((top + row) * canvas.width + left),
          3 * shown.width());
    }
    return new Pixels(canvas.width, canvas.height, rgb);
  }

  private static Pixels cut(Pixels whole, int left, int top, int side) {
    var rgb = new byte[3 * side * side];
    for (int row = 0; row < side; row++) {
      System.arraycopy(
          whole.rgb(), 3 * ((top + row) * whole.width() + left), rgb, 3 * row * side, 3 * side);
    }
    return new Pixels(side, side, rgb);
  }

  /**
   * The part of a canvas's grid of tokens that a picture covers.
   *
   * @param top first row
   * @param left first column
   */
  record Covered(int top, int left, int rows, int columns) {}

  /**
   * What a picture covers of its canvas.
   *
   * @param rows of tokens of the canvas
   * @param columns of tokens of the canvas
   */
  static Covered covered(int height, int width, int rows, int columns) {
    if ((double) width / height > (double) columns / rows) {
      int kept = rounded(height * ((double) columns / width));
      int margin = (rows - kept) / 2;
      return new Covered(margin, 0, rows - 2 * margin, columns);
    }
    int kept = rounded(width * ((double) rows / height));
    int margin = (columns - kept) / 2;
    return new Covered(0, margin, rows, columns - 2 * margin);
  }

  /** The whole part, but for errors of rounding in the eighth place. */
  private static int rounded(double value) {
    return (int) (Math.rint(value * 1e7) / 1e7);
  }

  /**
   * How many tokens a picture takes.
   *
   * @param side of a view, in pixels
   * @param grid tokens of a side of a view
   */
  int tokens(int height, int width, int side, int grid) {
    Canvas canvas = choose(height, width);
    Covered covered =
        covered(height, width, canvas.height / side * grid, canvas.width / side * grid);
    return grid * grid + covered.rows * (covered.columns + 1);
  }

  /** The number of views of a picture. */
  int count(int height, int width, int side) {
    Canvas canvas = choose(height, width);
    return 1 + canvas.height / side * (canvas.width / side);
  }

  /**
   * Puts a picture's views together: {@code [1 + tiles, grid^2, D] -> [tokens, D]}.
   *
   * @param newline the vector at the end of each row, {@code [D]}
   */
  Tensor pack(Tensor views, Tensor newline, int height, int width, int side, int grid) {
    Canvas canvas = choose(height, width);
    int down = canvas.height / side;
    int across = canvas.width / side;
    long wide = views.size(2);
    Tensor whole =
        Tensors.slice(views, 0, 1, views.size(0))
            .reshape(down, across, grid, grid, wide)
            .permute(0, 2, 1, 3, 4)
            .reshape((long) down * grid, (long) across * grid, wide); // [rows, columns, D]
    Covered part = covered(height, width, down * grid, across * grid);
    Tensor seen = Tensors.slice(whole, 0, part.top, part.top + part.rows);
    seen = Tensors.slice(seen, 1, part.left, part.left + part.columns);
    Tensor breaks = newline.to(seen.scalar_type()).expand(part.rows, 1, wide);
    Tensor lines = torch.cat(new TensorVector(seen, breaks), 1).reshape(-1, wide);
    return torch.cat(new TensorVector(views.select(0, 0), lines), 0);
  }
}
