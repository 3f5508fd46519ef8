/** Files: safetensors, JSON and YAML, atomic writes, and errors that users can act on. */
@NullMarked
package io.vlm4j.io;

import org.jspecify.annotations.NullMarked;
