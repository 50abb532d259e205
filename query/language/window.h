/*
 * Rules for the operands of NEAR, BEFORE and NOT NEAR.
 */
#ifndef SCOUT_QUERY_LANGUAGE_WINDOW_H
#define SCOUT_QUERY_LANGUAGE_WINDOW_H

#include "base/err.h"
#include "query/language/ast.h"

/* SCOUT_E_SYNTAX if node (or, for an OR, one of its branches) has no place in
 * the text that a distance could be measured from. */
int window_check_operand(const struct ast *node, struct scout_err *err);

/* The least distance at which the operands of a NEAR or BEFORE that counts
 * words have room beside each other: below it, nothing can match. */
uint64_t window_least_distance(const struct ast *node);

#endif
