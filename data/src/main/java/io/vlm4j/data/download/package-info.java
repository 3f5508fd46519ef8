/**
 * From a list of addresses with captions to shards of pictures, as img2dataset does it: {@link
 * io.vlm4j.data.download.Downloader}.
 */
@NullMarked
package io.vlm4j.data.download;

import org.jspecify.annotations.NullMarked;
