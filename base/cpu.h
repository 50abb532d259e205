/*
 * What the processor can do, for the kernels that have variants.
 *
 * A kernel is one function with several bodies: plain C, which is always there
 * and says what is right, and vector code for processors that have it.  All of
 * them give the same results.
 *
 * The environment variable SCOUT_CPU (plain, sse42, avx2 or neon) forbids what
 * is above it, so that tests can run each body on one machine.  It is for
 * tests: a name that is not known or not there changes nothing.
 */
#ifndef SCOUT_BASE_CPU_H
#define SCOUT_BASE_CPU_H

enum cpu_level {
	CPU_PLAIN,
	CPU_SSE42,	/* x86-64: SSE4.2 and before, POPCNT */
	CPU_AVX2,	/* ... AVX2, BMI1 and BMI2 */
	CPU_NEON,	/* every AArch64 */
};

/* The best level that this processor has and SCOUT_CPU allows; looked up once.
 * Any thread. */
enum cpu_level cpu_level(void);

/*
 * For tests and benchmarks: pretends to be a processor of that level.  Returns
 * 0, or SCOUT_E_NOTFOUND if this processor does not have it.  Holds for the
 * whole process.
 */
int cpu_pretend(enum cpu_level level);

/* "plain", "sse42", ...: borrowed, never NULL. */
const char *cpu_level_name(enum cpu_level level);

#endif
