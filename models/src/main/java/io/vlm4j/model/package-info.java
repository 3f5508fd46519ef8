/** Model families, what they can do, and models bundled with all they need. */
@NullMarked
package io.vlm4j.model;

import org.jspecify.annotations.NullMarked;
