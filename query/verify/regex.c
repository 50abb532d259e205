#include "query/verify/regex.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"

enum {
	/* Steps of one match: with JIT some 10 to 30 ms. */
	STEPS_MAX = 2000000,
	/* Nested choices that the interpreter remembers, KiB. */
	HEAP_MAX_KIB = 64 << 10,
	JIT_STACK_FIRST = 64 << 10,
	JIT_STACK_MAX = 8 << 20,
};

struct regex {
	pcre2_code *code;
};

struct regex_matcher {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
};

/* --- Compiling ----------------------------------------------------------- */

static uint32_t options_of(unsigned flags)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
			   PCRE2_NEVER_BACKSLASH_C;

	if (flags & REGEX_LITERAL)
		options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_LITERAL;
	else
		options |= PCRE2_UCP;
	if (flags & REGEX_IGNORE_CASE)
		options |= PCRE2_CASELESS;
	if (flags & REGEX_MULTILINE)
		options |= PCRE2_MULTILINE;
	return options;
}

static int report(int code, size_t pos, struct scout_err *err)
{
	PCRE2_UCHAR text[200];

	if (code == PCRE2_ERROR_HEAP_FAILED)
		return scout_err_set(err, SCOUT_E_NOMEM, "compiling a regex");
	if (pcre2_get_error_message(code, text, sizeof(text)) < 0)
		strncpy((char *)text, "PCRE2 refuses it", sizeof(text));
	return scout_err_syntax(err, pos, 0, "%s", (const char *)text);
}

static int compile(struct regex *re, struct span pattern, unsigned flags,
		   struct scout_err *err)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	int code = PCRE2_ERROR_HEAP_FAILED;
	PCRE2_SIZE pos = 0;

	if (context) {
		pcre2_set_newline(context, PCRE2_NEWLINE_LF);
		/* to PCRE2 before 10.43, NULL is not an empty pattern */
		re->code = pcre2_compile(pattern.len ? pattern.ptr :
						       (PCRE2_SPTR)"",
					 pattern.len,
					 options_of(flags), &code, &pos,
					 context);
	}
	pcre2_compile_context_free(context);
	if (!re->code)
		return report(code, pos, err);
	/* without JIT (no memory for it, an unknown processor) it is slower */
	(void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	return SCOUT_OK;
}

int regex_new(struct span pattern, unsigned flags, struct regex **out,
	      struct scout_err *err)
{
	struct regex *re = scout_calloc(MEM_QUERY, 1, sizeof(*re));
	int rc;

	if (!re)
		return scout_err_set(err, SCOUT_E_NOMEM, "compiling a regex");
	rc = compile(re, pattern, flags, err);
	if (rc < 0)
		regex_free(re);
	else
		*out = re;
	return rc;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	pcre2_code_free(re->code);
	scout_free(re);
}

/* --- Matching ------------------------------------------------------------ */

int regex_matcher_new(struct regex_matcher **out)
{
	struct regex_matcher *m = scout_calloc(MEM_QUERY, 1, sizeof(*m));

	if (!m)
		return SCOUT_E_NOMEM;
	m->context = pcre2_match_context_create(NULL);
	/* only the match itself is asked for, no groups */
	m->data = pcre2_match_data_create(1, NULL);
	m->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX,
					  NULL);
	if (!m->context || !m->data) {
		regex_matcher_free(m);
		return SCOUT_E_NOMEM;
	}
	pcre2_set_match_limit(m->context, STEPS_MAX);
	pcre2_set_heap_limit(m->context, HEAP_MAX_KIB);
	if (m->stack)
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
	*out = m;
	return SCOUT_OK;
}

void regex_matcher_free(struct regex_matcher *m)
{
	if (!m)
		return;
	pcre2_jit_stack_free(m->stack);
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	scout_free(m);
}

int regex_find(const struct regex *re, struct regex_matcher *m,
	       struct span subject, size_t from,
	       size_t *out_start, size_t *out_end)
{
	const PCRE2_SIZE *at;
	int rc;

	rc = pcre2_match(re->code, subject.ptr, subject.len, from, 0,
			 m->data, m->context);
	/* what is too deep for the compiled code may do for the other */
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(re->code, subject.ptr, subject.len, from,
				 PCRE2_NO_JIT, m->data, m->context);
	if (rc == PCRE2_ERROR_NOMATCH)
		return SCOUT_END;
	if (rc == PCRE2_ERROR_NOMEMORY)
		return SCOUT_E_NOMEM;
	if (rc < 0)
		return SCOUT_E_LIMIT;
	at = pcre2_get_ovector_pointer(m->data);
	*out_start = at[0];
	*out_end = at[1] < at[0] ? at[0] : at[1];
	return SCOUT_OK;
}

bool regex_is_of_unicode(const char *version)
{
	char own[64];

	/* two numbers at most count; all versions so far have a second of one
	 * digit */
	return pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, NULL) <=
		       (int)sizeof(own) &&
	       pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, own) > 0 &&
	       strtod(own, NULL) <= strtod(version, NULL);
}
