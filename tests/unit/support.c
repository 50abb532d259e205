#include "support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { TEST_PATH_MAX = 4096 };

void rng_init(struct rng *r, uint64_t seed)
{
	const char *given = getenv("SCOUT_TEST_SEED");

	r->state = seed + (given ? strtoull(given, NULL, 0) : 0);
}

uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

uint32_t rng_skewed(struct rng *r)
{
	uint64_t v = rng_next(r);

	return (uint32_t)(v >> 32) >> (v & 31);
}

void temp_dir_make(char path[TEMP_DIR_MAX])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(path, TEMP_DIR_MAX, "%.90s/scout-test-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(path));
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void temp_dir_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void write_file(const char *dir, const char *path, struct span bytes)
{
	char full[TEST_PATH_MAX];
	char *slash;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	for (slash = full + strlen(dir) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = 0;
		mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	if (bytes.len)
		assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
}

uint8_t *exact_copy(struct span bytes)
{
	uint8_t *copy = scout_memdup(MEM_OTHER, bytes.ptr, bytes.len);

	assert_non_null(copy);
	return copy;
}
