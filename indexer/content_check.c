#include "indexer/content_check.h"

#include <stdatomic.h>

#include "base/pool.h"
#include "base/tree/read.h"

enum { WINDOW_BYTES = 1 << 20, ITEMS_PER_THREAD = 8 };

struct content_checker {
	struct index_run *run;
	struct content_item *items;
	size_t n;
	_Atomic size_t next;
	_Atomic bool stopped;
};

/* Reads the rest of the open file.  SCOUT_E_IO is the file's. */
static int hash_file(struct file_reader *r, struct hash_stream *h)
{
	struct scout_err why = SCOUT_ERR_INIT;
	struct span bytes = file_reader_new_bytes(r);
	int rc = SCOUT_OK;

	hash_stream_reset(h);
	hash_stream_update(h, bytes.ptr, bytes.len);
	while (!r->at_end && !rc) {
		rc = file_reader_next(r, 0, &why);
		if (rc < 0)
			break;
		bytes = file_reader_new_bytes(r);
		hash_stream_update(h, bytes.ptr, bytes.len);
	}
	return rc;
}

static int check_item(struct content_checker *c, struct content_item *item,
		      struct file_reader *r, struct hash_stream *h,
		      struct scout_err *err)
{
	struct scout_err why = SCOUT_ERR_INIT;
	struct hash128 hash;
	int rc;

	rc = file_reader_open(r, c->run->root_fd, item->file->path,
			      c->run->rules->follow, &why);
	if (!rc)
		rc = hash_file(r, h);
	if (!rc) {
		hash = hash_stream_digest(h);
		item->is_same = hash.lo == item->hash.lo &&
				hash.hi == item->hash.hi &&
				file_reader_unchanged(r);
		item->st = r->st;
	}
	file_reader_close(r);
	if (rc < 0 && rc != SCOUT_E_IO)
		return scout_err_set(err, rc, "%s: %s", item->file->path,
				     why.msg);
	return SCOUT_OK;
}

static int check_thread(void *ctx, unsigned worker, struct scout_err *err)
{
	struct content_checker *c = ctx;
	struct hash_stream *h = hash_stream_new();
	struct file_reader reader;
	int rc = h ? SCOUT_OK : SCOUT_E_NOMEM;
	size_t i;

	(void)worker;
	if (rc < 0)
		scout_err_set(err, rc, "comparing files");
	file_reader_init(&reader, MEM_READ, WINDOW_BYTES);
	reader.unpacks = c->run->rules->search_zip;
	while (!rc && !atomic_load(&c->stopped) &&
	       (i = atomic_fetch_add(&c->next, 1)) < c->n) {
		rc = index_run_check_cancelled();
		if (!rc)
			rc = check_item(c, &c->items[i], &reader, h, err);
	}
	if (rc < 0)
		atomic_store(&c->stopped, true);
	file_reader_release(&reader);
	hash_stream_free(h);
	return rc;
}

int content_check(struct index_run *run, struct content_item *items, size_t n,
		  struct scout_err *err)
{
	struct content_checker c = { .run = run, .items = items, .n = n };
	size_t most = n / ITEMS_PER_THREAD + 1;

	if (!n)
		return SCOUT_OK;
	return scout_parallel(most < run->nthreads ? (unsigned)most
						   : run->nthreads,
			      check_thread, &c, err);
}
