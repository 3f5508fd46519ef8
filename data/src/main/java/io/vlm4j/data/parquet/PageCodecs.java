package io.vlm4j.data.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Compresses pages by Snappy, which every reader of parquet knows, and decompresses Snappy, gzip
 * and Zstandard. Parquet's own factory does it through Hadoop, for which it needs much more of
 * Hadoop than its interfaces.
 */
final class PageCodecs implements CompressionCodecFactory {
  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    return new BytesInputCompressor() {
      @Override
      public BytesInput compress(BytesInput bytes) throws IOException {
        return BytesInput.from(Snappy.compress(bytes.toByteArray()));
      }

      @Override
      public CompressionCodecName getCodecName() {
        return CompressionCodecName.SNAPPY;
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    return new Decompressor(name);
  }

  @Override
  public void release() {}

  private record Decompressor(CompressionCodecName codec) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(decompress(bytes.toByteArray(), size));
    }

    private byte[] decompress(byte[] bytes, int size) throws IOException {
      byte[] plain =
          switch (codec) {
            case UNCOMPRESSED -> bytes;
            case SNAPPY -> snappy(bytes, size);
            case GZIP -> {
              try (var stream = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                yield stream.readNBytes(size);
              }
            }
            case ZSTD -> Zstd.decompress(bytes, size);
            default ->
                throw new IOException(
                    "pages compressed by " + codec + " are not read; snappy, gzip and zstd are");
          };
      if (plain.length != size) {
        throw new IOException("a page of %d bytes instead of %d".formatted(plain.length, size));
      }
      return plain;
    }

    /** The length is checked first, so that a damaged page cannot ask for much memory. */
    private static byte[] snappy(byte[] bytes, int size) throws IOException {
      if (Snappy.uncompressedLength(bytes) != size) {
        throw new IOException("a damaged page");
      }
      return Snappy.uncompress(bytes);
    }

    @Override
    public void decompress(ByteBuffer from, int length, ByteBuffer to, int size)
        throws IOException {
      var bytes = new byte[length];
      from.get(bytes);
      to.put(decompress(bytes, size));
    }

    @Override
    public void release() {}
  }
}
