/*
 * Makes a tree of many small files by cutting the files of another one.
 *
 * usage: small_files LIST ROOT DEST COUNT BYTES
 *
 * LIST names files below ROOT, each name ended by a NUL.  Their text, one file
 * after another, is cut into COUNT pieces of at least BYTES bytes that end
 * where a line does (or the file), a thousand to a folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tree.h"

enum { PER_FOLDER = 1000 };

/* The length of the piece that starts at text. */
static size_t piece_len(const char *text, size_t left, size_t wanted)
{
	const char *end;

	if (left <= wanted)
		return left;
	end = memchr(text + wanted - 1, '\n', left - wanted + 1);
	return end ? (size_t)(end - text) + 1 : left;
}

/* Cuts one file, at most as many pieces as are wanted; those made so far. */
static unsigned long cut(const struct tree_text *text, const char *dest,
			 unsigned long made, unsigned long count, size_t bytes)
{
	char path[TREE_PATH];
	size_t at = 0;

	while (at < text->len && made < count) {
		size_t len = piece_len(text->ptr + at, text->len - at, bytes);

		snprintf(path, sizeof(path), "%s/%04lu/%03lu.txt", dest,
			 made / PER_FOLDER, made % PER_FOLDER);
		tree_write(path, text->ptr + at, len);
		at += len;
		made++;
	}
	return made;
}

int main(int argc, char **argv)
{
	struct tree_text list = { 0 }, text = { 0 };
	unsigned long count, bytes, made = 0;
	char path[TREE_PATH], *name;

	count = argc == 6 ? strtoul(argv[4], NULL, 10) : 0;
	bytes = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;
	if (!count || !bytes) {
		fputs("usage: small_files LIST ROOT DEST COUNT BYTES\n",
		      stderr);
		return 2;
	}
	tree_read(argv[1], &list);
	for (name = list.ptr; name < list.ptr + list.len && made < count;
	     name += strlen(name) + 1) {
		snprintf(path, sizeof(path), "%s/%s", argv[2], name);
		tree_read(path, &text);
		made = cut(&text, argv[3], made, count, bytes);
	}
	tree_release(&text);
	tree_release(&list);
	if (made < count) {
		fprintf(stderr, "small_files: the text is enough for %lu\n",
			made);
		return 1;
	}
	return 0;
}
