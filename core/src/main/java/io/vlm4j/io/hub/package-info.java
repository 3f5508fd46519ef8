/** Models of the Hugging Face hub: names, downloads, and the cache that Python's client shares. */
@NullMarked
package io.vlm4j.io.hub;

import org.jspecify.annotations.NullMarked;
