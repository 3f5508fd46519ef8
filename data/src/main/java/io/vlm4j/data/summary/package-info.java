/** What a data set holds: counts, distributions, texts, broken samples, in bounded memory. */
@NullMarked
package io.vlm4j.data.summary;

import org.jspecify.annotations.NullMarked;
