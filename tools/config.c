#include "tools/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/os.h"

enum { CONFIG_MAX_BYTES = 1 << 20 };

static const char *env_or_null(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

/* folder + tail as one string in arena; NULL when memory is short. */
static const char *join(struct arena *arena, const char *folder,
			const char *tail)
{
	size_t a = strlen(folder), b = strlen(tail);
	char *s = arena_alloc(arena, a + b + 1);

	if (!s)
		return NULL;
	memcpy(s, folder, a);
	memcpy(s + a, tail, b + 1);
	return s;
}

const char *config_folder(struct arena *arena)
{
	const char *folder = env_or_null("XDG_CONFIG_HOME");

	if (folder)
		return join(arena, folder, "/scout");
	folder = env_or_null("HOME");
	return folder ? join(arena, folder, "/.config/scout") : NULL;
}

/* The file to read, or NULL for none. */
static const char *config_path(struct arena *arena, bool *out_required)
{
	const char *given = getenv("SCOUT_CONFIG");
	const char *folder;

	*out_required = given != NULL;
	if (given)
		return *given ? given : NULL;
	folder = config_folder(arena);
	return folder ? join(arena, folder, "/config") : NULL;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trimmed(struct span line)
{
	while (line.len && is_blank(line.ptr[0])) {
		line.ptr++;
		line.len--;
	}
	while (line.len && is_blank(line.ptr[line.len - 1]))
		line.len--;
	return line;
}

/* The name in "[name]"; empty if the line is none such. */
static struct span section_name(struct span line)
{
	if (line.len < 2 || line.ptr[0] != '[' || line.ptr[line.len - 1] != ']')
		return span_of(line.ptr, 0);
	return trimmed(span_of(line.ptr + 1, line.len - 2));
}

static int add_lines(struct span text, const char *section, struct arena *arena,
		     struct flag_list *args, struct scout_err *err)
{
	struct span wanted = span_str(section ? section : "scout-query");
	struct span name = span_str("scout-query");

	while (text.len) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;
		struct span line = trimmed(span_of(text.ptr, len));
		struct span header = section_name(line);
		char *arg;
		int rc;

		text.ptr += len + (end != NULL);
		text.len -= len + (end != NULL);
		if (!line.len || line.ptr[0] == '#')
			continue;
		if (header.len)
			name = header;
		if (header.len || !span_eq(name, wanted))
			continue;
		arg = arena_dup(arena, line.ptr, line.len);
		if (!arg)
			return scout_err_set(err, SCOUT_E_NOMEM, "arguments");
		rc = flag_list_add(args, arg, arena, err);
		if (rc < 0)
			return rc;
	}
	return SCOUT_OK;
}

int config_read(struct arena *arena, const char *section,
		struct flag_list *args, const char **out_path,
		struct scout_err *err)
{
	bool required;
	const char *path = config_path(arena, &required);
	uint8_t *text = NULL;
	size_t len;
	int rc;

	*out_path = NULL;
	if (!path)
		return SCOUT_OK;
	rc = os_read_file(AT_FDCWD, path, CONFIG_MAX_BYTES, &text, &len);
	if (rc < 0) {
		if (!required && (rc == -ENOENT || rc == -ENOTDIR))
			return SCOUT_OK;
		return scout_err_sys(err, -rc, "configuration file %s", path);
	}
	*out_path = path;
	rc = add_lines(span_of(text, len), section, arena, args, err);
	scout_free(text);
	return rc;
}
