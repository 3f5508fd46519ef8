/** Text from any autoregressive model: greedy, sampled, or by beam search. */
@NullMarked
package io.vlm4j.generate;

import org.jspecify.annotations.NullMarked;
