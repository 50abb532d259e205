/*
 * SQLite's FTS5, with settings that are good for building fast.
 *
 * usage: fts5 build LIST ROOT INDEX THREADS   (THREADS is not heeded)
 *        fts5 query INDEX QUERIES REPEAT
 *
 * LIST: paths below ROOT, each ended by a NUL.  QUERIES: MATCH expressions, one
 * a line.  For each the answer is a line with the number of documents and the
 * median of REPEAT times in ns, the statement being prepared beforehand.
 *
 * The table is contentless and keeps positions.  Words are letters, digits and
 * '_', as in scout; but FTS5 folds case by simple rules, and takes a mark that
 * follows a letter for a part of the word.  docs has the paths, for those who
 * want to open the files.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATH_BYTES = 8192, QUERY_BYTES = 4096 };

struct text {
	char *ptr;
	size_t len;
	size_t room;
};

static void die(sqlite3 *db, const char *what)
{
	fprintf(stderr, "fts5: %s: %s\n", what,
		db ? sqlite3_errmsg(db) : "failed");
	exit(1);
}

static void must(sqlite3 *db, int rc, const char *what)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
		die(db, what);
}

static void sql(sqlite3 *db, const char *text)
{
	must(db, sqlite3_exec(db, text, NULL, NULL, NULL), text);
}

static void read_text(const char *path, struct text *t)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		die(NULL, path);
	setvbuf(f, NULL, _IONBF, 0);
	t->len = 0;
	do {
		if (t->room < t->len + (1 << 16)) {
			t->room = 2 * t->room + (1 << 18);
			t->ptr = realloc(t->ptr, t->room);
			if (!t->ptr)
				die(NULL, "memory");
		}
		n = fread(t->ptr + t->len, 1, t->room - t->len, f);
		t->len += n;
	} while (n);
	fclose(f);
}

static void create(sqlite3 *db)
{
	sql(db, "PRAGMA page_size = 4096");
	sql(db, "PRAGMA journal_mode = OFF");
	sql(db, "PRAGMA synchronous = OFF");
	sql(db, "PRAGMA locking_mode = EXCLUSIVE");
	sql(db, "PRAGMA cache_size = -65536");
	sql(db, "CREATE VIRTUAL TABLE t USING fts5(text, content = '', "
		"tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")");
	sql(db, "CREATE TABLE docs(id INTEGER PRIMARY KEY, path TEXT)");
	/* postings in memory before a segment is written; the default is 1 MB */
	sql(db, "INSERT INTO t(t, rank) VALUES('hashsize', 134217728)");
}

static void add_all(sqlite3 *db, const struct text *list, const char *root)
{
	const char *name, *end = list->ptr + list->len;
	sqlite3_stmt *add, *path;
	struct text text = { 0 };
	char full[PATH_BYTES];
	sqlite3_int64 id = 0;

	must(db, sqlite3_prepare_v2(db, "INSERT INTO t(rowid, text) "
				    "VALUES(?, ?)", -1, &add, NULL), "prepare");
	must(db, sqlite3_prepare_v2(db, "INSERT INTO docs VALUES(?, ?)", -1,
				    &path, NULL), "prepare");
	for (name = list->ptr; name < end; name += strlen(name) + 1) {
		snprintf(full, sizeof(full), "%s/%s", root, name);
		read_text(full, &text);
		id++;
		sqlite3_bind_int64(add, 1, id);
		sqlite3_bind_text(add, 2, text.ptr, (int)text.len,
				  SQLITE_STATIC);
		must(db, sqlite3_step(add), name);
		sqlite3_reset(add);
		sqlite3_bind_int64(path, 1, id);
		sqlite3_bind_text(path, 2, name, -1, SQLITE_STATIC);
		must(db, sqlite3_step(path), name);
		sqlite3_reset(path);
	}
	sqlite3_finalize(add);
	sqlite3_finalize(path);
	free(text.ptr);
}

static void build(const char *list_path, const char *root, const char *index)
{
	struct text list = { 0 };
	sqlite3 *db = NULL;

	remove(index);
	read_text(list_path, &list);
	must(db, sqlite3_open(index, &db), index);
	create(db);
	sql(db, "BEGIN");
	add_all(db, &list, root);
	sql(db, "INSERT INTO t(t) VALUES('optimize')");
	sql(db, "COMMIT");
	sqlite3_close(db);
	free(list.ptr);
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void answer(sqlite3 *db, const char *query, size_t repeat,
		   long long *times)
{
	long long count = 0;
	sqlite3_stmt *s;
	size_t i;

	must(db, sqlite3_prepare_v2(db, "SELECT count(*) FROM t WHERE t MATCH ?",
				    -1, &s, NULL), "prepare");
	for (i = 0; i < repeat; i++) {
		long long start = now_ns();

		sqlite3_bind_text(s, 1, query, -1, SQLITE_STATIC);
		must(db, sqlite3_step(s), query);
		count = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
		times[i] = now_ns() - start;
	}
	sqlite3_finalize(s);
	qsort(times, repeat, sizeof(*times), compare);
	printf("%lld\t%lld\n", count, times[repeat / 2]);
}

static void query(const char *index, const char *queries, size_t repeat)
{
	long long *times = calloc(repeat + 1, sizeof(*times));
	FILE *f = fopen(queries, "r");
	char line[QUERY_BYTES];
	sqlite3 *db = NULL;

	if (!f || !times)
		die(NULL, queries);
	must(db, sqlite3_open_v2(index, &db, SQLITE_OPEN_READONLY, NULL),
	     index);
	sql(db, "PRAGMA mmap_size = 8589934592");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		answer(db, line, repeat, times);
	}
	sqlite3_close(db);
	fclose(f);
	free(times);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "build"))
		build(argv[2], argv[3], argv[4]);
	else if (argc == 5 && !strcmp(argv[1], "query"))
		query(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	else {
		fputs("usage: fts5 build LIST ROOT INDEX THREADS\n"
		      "       fts5 query INDEX QUERIES REPEAT\n", stderr);
		return 2;
	}
	return 0;
}
