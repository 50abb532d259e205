/*
 * The tokenizer as it is on a processor without vector instructions, by the
 * tests of test_tokenizer.c.
 */
#define __builtin_cpu_supports(feature) 0
#include "index_format/tokenizer.c"
#include "test_tokenizer.c"
