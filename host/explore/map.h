/* map.h - what a cut left, word by word, for people.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_MAP_H
#define ETCH_EXPLORE_MAP_H

#include "explore/explore_priv.h"

/* Words that the operation to be cut by s would change, or that the cut has
 * changed or left unstable: what they held, were to hold and hold. The worker
 * is in the state the step starts from, and again afterwards. */
void map_print(
        struct worker *w, const struct step *s, struct silicon_tear tear, FILE *to);

#endif
