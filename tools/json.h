/*
 * JSON text, written as ripgrep (serde_json) writes it.
 *
 * A string of JSON is Unicode; file names and lines are bytes.  What is not
 * valid UTF-8 therefore appears as {"bytes":BASE64} where the rest is
 * {"text":STRING}.
 */
#ifndef SCOUT_TOOLS_JSON_H
#define SCOUT_TOOLS_JSON_H

#include "tools/output.h"

/* True if the bytes are strict UTF-8 (no surrogates, no overlong forms). */
bool json_is_utf8(struct span s);

/* A string in quotes.  The bytes must be UTF-8. */
void json_put_string(struct output *out, struct span s);

/* A string in quotes; what is not UTF-8 becomes U+FFFD. */
void json_put_lossy(struct output *out, struct span s);

/* {"text":"..."} or {"bytes":"..."}. */
void json_put_data(struct output *out, struct span s);

/* {"secs":S,"nanos":N,"human":"0.000000s"}, or sorted by key. */
void json_put_duration(struct output *out, uint64_t ns, bool sorted);

#endif
