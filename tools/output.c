#include "tools/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"

int output_init(struct output *out, int fd, struct scout_err *err)
{
	*out = (struct output){ .fd = fd, .cap = OUTPUT_BUFFER_BYTES };
	out->ptr = scout_malloc(MEM_OTHER, out->cap);
	if (!out->ptr)
		return scout_err_set(err, SCOUT_E_NOMEM, "output buffer");
	out->by_line = isatty(fd);
	return SCOUT_OK;
}

void output_release(struct output *out)
{
	scout_free(out->ptr);
	*out = (struct output){ .fd = -1 };
}

static void write_out(struct output *out, const void *ptr, size_t len)
{
	int rc;

	out->flushed += len;
	if (out->failed || !len)
		return;
	rc = os_write_full(out->fd, ptr, len);
	if (rc < 0)
		out->failed = -rc;
}

bool output_flush(struct output *out)
{
	write_out(out, out->ptr, out->len);
	out->len = 0;
	return !out->failed;
}

void output_put_slow(struct output *out, const void *ptr, size_t len)
{
	output_flush(out);
	if (len >= out->cap) {
		write_out(out, ptr, len);
		return;
	}
	memcpy(out->ptr, ptr, len);
	out->len = len;
}

static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

uint8_t *output_format_u64(uint8_t *p, uint64_t v)
{
	uint8_t tmp[OUTPUT_MAX_DIGITS];
	uint8_t *q = tmp + sizeof(tmp);
	size_t len;

	while (v >= 100) {
		q -= 2;
		memcpy(q, two_digits + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v >= 10) {
		q -= 2;
		memcpy(q, two_digits + 2 * v, 2);
	} else {
		*--q = (uint8_t)('0' + v);
	}
	len = (size_t)(tmp + sizeof(tmp) - q);
	memcpy(p, q, len);
	return p + len;
}

void output_printf(struct output *out, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	SCOUT_ASSERT(n >= 0 && (size_t)n < sizeof(text));
	output_put(out, text, (size_t)n);
}
