/** Models that learn by telling what was hidden from them: one file a system. */
@NullMarked
package io.vlm4j.model.masked;

import org.jspecify.annotations.NullMarked;
