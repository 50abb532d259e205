#include "tools/path_list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

enum { PATHS_MAX_BYTES = 1 << 30, READ_BYTES = 1 << 16 };

/* Reads standard input to its end. */
static int read_input(struct buf *out, struct scout_err *err)
{
	ssize_t n;

	do {
		if (!buf_reserve(out, READ_BYTES))
			return scout_err_set(err, SCOUT_E_NOMEM, "the paths");
		n = read(STDIN_FILENO, out->ptr + out->len, READ_BYTES);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 && out->len < PATHS_MAX_BYTES);
	return n < 0 ? scout_err_sys(err, errno, "reading standard input")
		     : SCOUT_OK;
}

int path_list_read(const char *from, uint8_t end, struct buf *out,
		   struct scout_err *err)
{
	uint8_t *bytes = NULL;
	size_t len;
	int rc = SCOUT_OK;

	if (!strcmp(from, "-")) {
		rc = read_input(out, err);
	} else {
		rc = os_read_file(AT_FDCWD, from, PATHS_MAX_BYTES, &bytes,
				  &len);
		if (rc < 0)
			return scout_err_sys(err, -rc, "%s", from);
		buf_put(out, bytes, len);
		scout_free(bytes);
	}
	buf_put_u8(out, end);
	if (!rc && buf_status(out) < 0)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "the paths");
	return rc;
}
