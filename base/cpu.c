#include "base/cpu.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { UNKNOWN = -1, NLEVELS = CPU_NEON + 1 };

static const char *const names[NLEVELS] = {
	[CPU_PLAIN] = "plain",
	[CPU_SSE42] = "sse42",
	[CPU_AVX2] = "avx2",
	[CPU_NEON] = "neon",
};

/* Threads that ask at the same time find the same answer. */
static atomic_int known = UNKNOWN;

static enum cpu_level best_level(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
		return CPU_AVX2;
	if (__builtin_cpu_supports("sse4.2") &&
	    __builtin_cpu_supports("popcnt"))
		return CPU_SSE42;
	return CPU_PLAIN;
#elif defined(__AARCH64EL__)
	return CPU_NEON;
#else
	return CPU_PLAIN;
#endif
}

static bool has_level(enum cpu_level level)
{
	enum cpu_level best = best_level();

	return level == CPU_PLAIN || level == best ||
	       (level == CPU_SSE42 && best == CPU_AVX2);
}

static enum cpu_level level_from_environment(void)
{
	const char *name = getenv("SCOUT_CPU");
	int level;

	for (level = 0; name && level < NLEVELS; level++)
		if (!strcmp(name, names[level]) &&
		    has_level((enum cpu_level)level))
			return (enum cpu_level)level;
	return best_level();
}

enum cpu_level cpu_level(void)
{
	int level = atomic_load_explicit(&known, memory_order_relaxed);

	if (level == UNKNOWN) {
		level = (int)level_from_environment();
		atomic_store_explicit(&known, level, memory_order_relaxed);
	}
	return (enum cpu_level)level;
}

int cpu_pretend(enum cpu_level level)
{
	if (!has_level(level))
		return SCOUT_E_NOTFOUND;
	atomic_store_explicit(&known, (int)level, memory_order_relaxed);
	return SCOUT_OK;
}

const char *cpu_level_name(enum cpu_level level)
{
	return names[level];
}
