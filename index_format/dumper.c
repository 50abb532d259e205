#include "index_format/dumper.h"

#include "index_format/escape.h"

enum { DUMP_FLUSH_BYTES = 64 << 10, MAX_DIGITS = 20 };

int dumper_status(const struct dumper *d)
{
	return d->failed ? d->failed : buf_status(&d->text);
}

void dumper_put_str(struct dumper *d, const char *text)
{
	buf_put_str(&d->text, text);
}

void dumper_put_bytes(struct dumper *d, struct span bytes)
{
	escape_put(&d->text, bytes);
}

/* There are hundreds of millions of them: printf would be most of the time. */
void dumper_put_u64(struct dumper *d, uint64_t v)
{
	uint8_t digits[MAX_DIGITS], *p = digits + MAX_DIGITS;

	do {
		*--p = (uint8_t)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_put(&d->text, p, (size_t)(digits + MAX_DIGITS - p));
}

void dumper_put_field(struct dumper *d, const char *name, uint64_t v)
{
	dumper_put_str(d, "\t");
	dumper_put_str(d, name);
	dumper_put_str(d, "=");
	dumper_put_u64(d, v);
}

void dumper_put_hash(struct dumper *d, uint64_t hash)
{
	buf_printf(&d->text, "%016llx", (unsigned long long)hash);
}

void dumper_end_line(struct dumper *d)
{
	buf_put_u8(&d->text, '\n');
	if (d->text.len >= DUMP_FLUSH_BYTES)
		dumper_flush(d);
}

void dumper_flush(struct dumper *d)
{
	if (!dumper_status(d) && d->text.len)
		d->failed = d->sink(d->sink_ctx, d->text.ptr, d->text.len);
	if (!dumper_status(d))
		buf_clear(&d->text);
	else
		d->text.len = 0;
}
