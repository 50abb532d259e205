/* Any text as a query.  Input: a case mode and a form, then the query. */
#include "fuzz.h"

#include "query/language/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct buf out = BUF_INIT(MEM_OTHER);
	struct span text = span_of(data, size);
	struct parse_options options = { .has_all_files = false };
	unsigned settings;
	struct parsed_query query = { 0 };
	struct arena arena;
	int rc;

	settings = (unsigned)fuzz_number(&text, 1);
	options.case_mode = (enum case_mode)(settings % 4);
	options.form = (enum query_form)((settings >> 2) % 3);
	options.has_all_files = settings >> 4 & 1;
	arena_init(&arena, MEM_QUERY);
	rc = query_parse(text, &options, &arena, &query, &err);
	if (rc == SCOUT_OK) {
		SCOUT_ASSERT(query.root);
		ast_print(query.root, &out);
	} else {
		SCOUT_ASSERT(rc == SCOUT_E_SYNTAX && err.msg[0]);
		SCOUT_ASSERT(err.pos <= text.len);
		query_error_print(text, &err, &out);
	}
	SCOUT_ASSERT(buf_status(&out) == SCOUT_OK && out.len);
	buf_release(&out);
	arena_release(&arena);
	return 0;
}
