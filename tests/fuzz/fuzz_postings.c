/*
 * Damaged postings: the codecs one by one, and a cursor over streams made of
 * the input.  Input: which of them, its numbers, then the bytes.
 */
#include "fuzz.h"

#include "index_format/postings.h"
#include "index_format/segment_reader.h"

enum { WORDS_MAX = 1 << 16, DOCS_MAX = 1 << 16, MOVES = 1000 };

static void fuzz_run(struct span in)
{
	doc_id base = (doc_id)fuzz_number(&in, 4);
	unsigned n = 1 + (unsigned)fuzz_number(&in, 1) % DOCS_BLOCK, i;
	uint32_t docs[DOCS_BLOCK], freqs[DOCS_BLOCK];
	const uint8_t *p;

	p = doc_run_get(in.ptr, in.ptr + in.len, base, n, docs, freqs);
	if (!p)
		return;
	SCOUT_ASSERT(p <= in.ptr + in.len);
	SCOUT_ASSERT(base == DOC_NONE || docs[0] > base);
	for (i = 1; i < n; i++)
		SCOUT_ASSERT(docs[i] > docs[i - 1] && freqs[i]);
}

static void fuzz_block(struct span in)
{
	doc_id base = (doc_id)fuzz_number(&in, 4);
	doc_id last_doc = (doc_id)fuzz_number(&in, 4);
	uint32_t docs[DOCS_BLOCK];
	const uint8_t *p;
	unsigned i;

	p = doc_block_get(in.ptr, in.ptr + in.len, base, last_doc, docs);
	if (!p)
		return;
	SCOUT_ASSERT(p <= in.ptr + in.len && docs[DOCS_BLOCK - 1] == last_doc);
	SCOUT_ASSERT(base == DOC_NONE || docs[0] > base);
	for (i = 1; i < DOCS_BLOCK; i++)
		SCOUT_ASSERT(docs[i] > docs[i - 1]);
}

static void fuzz_pfor(struct span in)
{
	uint32_t values[PACK_VALUES], again[PACK_VALUES];
	struct buf out = BUF_INIT(MEM_OTHER);
	const uint8_t *p = pfor_get(in.ptr, in.ptr + in.len, values);

	if (!p)
		return;
	SCOUT_ASSERT(p <= in.ptr + in.len);
	pfor_put(&out, values);
	p = pfor_get(out.ptr, out.ptr + out.len, again);
	SCOUT_ASSERT(p == out.ptr + out.len);
	SCOUT_ASSERT(!memcmp(values, again, sizeof(values)));
	buf_release(&out);
}

/* Moves as the input says, and looks at positions on the way. */
static void move_cursor(struct posting_cursor *c, struct span moves)
{
	const term_pos *positions;
	uint32_t n, freq, i;
	int rc = SCOUT_OK;

	for (i = 0; i < MOVES && !rc; i++) {
		unsigned move = (unsigned)fuzz_number(&moves, 1);

		if (move & 1)
			rc = posting_seek(c, (c->doc == DOC_NONE ? 0 : c->doc) +
						     move / 4);
		else
			rc = posting_next(c);
		if (rc)
			break;
		SCOUT_ASSERT(c->doc < DOCS_MAX);
		rc = posting_freq(c, &freq);
		if (!rc && move & 2) {
			rc = posting_positions(c, &positions, &n);
			SCOUT_ASSERT(rc || (n == freq && n <= WORDS_MAX));
		}
	}
}

/* Header: kind, df, cf, address, first slot, moves, length of each stream. */
static void fuzz_cursor(struct span in)
{
	static const enum stream_id used[] = { STREAM_SHORT, STREAM_DOCS,
					       STREAM_SKIP, STREAM_POSITIONS };
	struct index_snapshot snapshot = { 0 };
	struct segment_reader seg = { .snapshot = &snapshot, .ndocs = DOCS_MAX,
				      .nwords = WORDS_MAX };
	struct posting_cursor c;
	struct term_info info = { 0 };
	struct span chunks[4], moves;
	unsigned i;

	info.kind = (enum posting_kind)(fuzz_number(&in, 1) % 4);
	info.df = 1 + (uint32_t)fuzz_number(&in, 2);
	info.cf = info.df + fuzz_number(&in, 2);
	info.addr = fuzz_number(&in, 2);
	info.skip_slot = fuzz_number(&in, 1);
	moves = fuzz_take(&in, (size_t)fuzz_number(&in, 1));
	info.inline_bytes = info.repeat_bytes = in;
	info.short_bytes = (uint32_t)in.len;
	for (i = 0; i < 4; i++) {
		size_t len = (size_t)fuzz_number(&in, 2);

		seg.streams[used[i]].id = used[i];
		seg.streams[used[i]].chunks = &chunks[i];
		chunks[i] = fuzz_take(&in, len);
		/* an empty chunk is never asked for from the store */
		seg.streams[used[i]].nchunks = chunks[i].len > 0;
		if (i == 0)
			info.short_bytes = (uint32_t)chunks[i].len;
	}
	if (!posting_cursor_init(&c, &seg, &info))
		move_cursor(&c, moves);
	posting_cursor_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);

	switch (fuzz_number(&in, 1) % 4) {
	case 0:
		fuzz_run(in);
		break;
	case 1:
		fuzz_block(in);
		break;
	case 2:
		fuzz_pfor(in);
		break;
	default:
		fuzz_cursor(in);
	}
	return 0;
}
