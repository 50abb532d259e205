/*
 * A damaged line map, split into records and read by a cursor.  Input: lines,
 * words, address, length of the first chunk, four places to seek, the bytes.
 */
#include "fuzz.h"

#include "index_format/line_map.h"

enum { SEEKS = 4 };

static void split_records(struct span records)
{
	struct span record;
	size_t left = records.len;

	while (!line_map_next_record(&records, &record)) {
		SCOUT_ASSERT(record.len && record.len <= left);
		left -= record.len;
		SCOUT_ASSERT(records.len == left);
	}
}

static void seek(struct line_cursor *c, uint64_t place)
{
	uint64_t word = place % c->total_words, line = place % c->total_lines;

	if (!line_cursor_seek_word(c, word))
		SCOUT_ASSERT(c->line < c->total_lines &&
			     c->first_word <= word &&
			     word - c->first_word < c->nwords);
	if (!line_cursor_seek_line(c, line))
		SCOUT_ASSERT(c->line == line && c->known_line <= line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), chunks[2];
	struct stream_reader stream = { .id = STREAM_LINES, .chunks = chunks };
	uint64_t lines = 1 + fuzz_number(&in, 4);
	uint64_t words = 1 + fuzz_number(&in, 4);
	uint64_t addr = fuzz_number(&in, 1);
	size_t split = (size_t)fuzz_number(&in, 2);
	struct span places = fuzz_take(&in, SEEKS * 4);
	struct line_cursor c;
	unsigned i;

	split_records(in);
	chunks[0] = fuzz_take(&in, split);
	chunks[1] = in;
	/* an empty chunk is never asked for from the store */
	stream.nchunks = !chunks[0].len ? 0 : !chunks[1].len ? 1 : 2;
	line_cursor_init(&c, &stream, addr, lines, words);
	for (i = 0; i < SEEKS; i++)
		seek(&c, fuzz_number(&places, 4));
	return 0;
}
