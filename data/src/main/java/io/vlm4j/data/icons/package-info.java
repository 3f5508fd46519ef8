/** Icon sets as a corpus of pictures with names: reading, rendering, splitting. */
@NullMarked
package io.vlm4j.data.icons;

import org.jspecify.annotations.NullMarked;
