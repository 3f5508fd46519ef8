package io.vlm4j.data.icons;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

/** Draws icons as square pictures with transparency. Any number of threads may use it. */
final class IconRenderer {
  private final int size;

  IconRenderer(int size) {
    this.size = size;
  }

  /** The picture of an icon; {@code name} is for the message if it cannot be drawn. */
  Pixels render(IconSet.Icon icon, String name) {
    try {
      var svg = new ByteArrayInputStream(icon.svg().getBytes(StandardCharsets.UTF_8));
      SVGDocument document = new SVGLoader().load(svg, null, LoaderContext.createDefault());
      if (document == null) {
        throw new InputException(name + " is not a drawing that can be read");
      }
      var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      document.render(null, graphics, new ViewBox(0, 0, size, size));
      graphics.dispose();
      return Pixels.of(image);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new InputException(name + " cannot be drawn: " + e, e);
    }
  }
}
