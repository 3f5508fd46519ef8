/** Training objectives. */
@NullMarked
package io.vlm4j.objective;

import org.jspecify.annotations.NullMarked;
