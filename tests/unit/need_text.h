/*
 * Whether a text has what a regex needs (query/plan/text_need.h), asked as the
 * index is: by the terms of its words and how these are spelt.
 */
#ifndef SCOUT_TESTS_UNIT_NEED_TEXT_H
#define SCOUT_TESTS_UNIT_NEED_TEXT_H

#include "base/buf.h"
#include "query/plan/text_need.h"

/* Words that the index cuts are taken for any. */
bool need_holds(const struct text_need *need, struct span text);

/* The need in one line, "[*foo bar*]" for example. */
void need_print(const struct text_need *need, struct buf *out);

#endif
