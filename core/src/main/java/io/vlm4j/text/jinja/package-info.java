/**
 * The part of the Jinja template language in which chat templates are written.
 *
 * <p>Of the parts that are here, results are those of Python's Jinja with the settings of
 * transformers; whatever else a template uses is refused by name and line, never passed over.
 */
@NullMarked
package io.vlm4j.text.jinja;

import org.jspecify.annotations.NullMarked;
