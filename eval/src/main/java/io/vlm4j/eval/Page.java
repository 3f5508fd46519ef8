package io.vlm4j.eval;

import freemarker.template.AdapterTemplateModel;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import freemarker.template.TemplateMethodModelEx;
import freemarker.template.TemplateModelException;
import io.vlm4j.io.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Renders templates to HTML files that hold everything they need.
 *
 * <p>Templates see their model and three functions: {@code png(bytes)}, a picture as a data URI,
 * {@code pngWidth(bytes)}, its width in pixels, and {@code resource(name)}, the text of a file of
 * this package or, below {@code uplot/}, of the chart library.
 */
public final class Page {
  /** The chart library, <a href="https://github.com/leeoniya/uPlot">uPlot</a>, from its webjar. */
  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/";

  private static final String OURS = "io/vlm4j/eval/";
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final Configuration TEMPLATES = templates();

  private Page() {}

  /** Renders a template that lies beside this class into a file. */
  public static void write(Path file, String template, Map<String, ?> model) {
    var all = new HashMap<String, Object>(model);
    all.put("png", (TemplateMethodModelEx) arguments -> dataUri(bytes(arguments.getFirst())));
    all.put("pngWidth", (TemplateMethodModelEx) arguments -> width(bytes(arguments.getFirst())));
    all.put(
        "resource", (TemplateMethodModelEx) arguments -> resource(arguments.getFirst().toString()));
    var html = new StringWriter();
    try {
      TEMPLATES.getTemplate(template).process(all, html);
    } catch (TemplateException e) {
      throw new IllegalStateException(template + " failed", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFiles.writeString(file, html.toString());
  }

  private static Configuration templates() {
    var configuration = new Configuration(Configuration.VERSION_2_3_35);
    configuration.setClassLoaderForTemplateLoading(classLoader(), OURS);
    configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
    configuration.setLocale(Locale.ROOT);
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    return configuration;
  }

  private static byte[] bytes(Object argument) throws TemplateModelException {
    if (argument instanceof AdapterTemplateModel model
        && model.getAdaptedObject(byte[].class) instanceof byte[] bytes) {
      return bytes;
    }
    throw new TemplateModelException("png() takes bytes");
  }

  private static String dataUri(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  /** From the header, which comes first in every PNG file; its width is at byte 16. */
  private static int width(byte[] png) {
    if (png.length < 24 || !Arrays.equals(png, 0, 8, SIGNATURE, 0, 8)) {
      throw new IllegalArgumentException("a picture on a page is not a PNG file");
    }
    return ByteBuffer.wrap(png).getInt(16);
  }

  private static String resource(String name) {
    String path = name.startsWith("uplot/") ? UPLOT + name.substring(6) : OURS + name;
    try (InputStream in = classLoader().getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ClassLoader classLoader() {
    return Objects.requireNonNull(Page.class.getClassLoader());
  }
}
