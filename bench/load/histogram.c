// Delays in a log-linear histogram: 64 steps to each power of two, in microseconds.
#include <math.h>
#include <string.h>

#include "load.h"

enum { STEPS = 64, BUCKETS = 40 * STEPS };

static uint64_t buckets[BUCKETS], count, longest;

void forget_delays(void) {
  memset(buckets, 0, sizeof buckets);
  count = longest = 0;
}

static int bucket_of(uint64_t value) {
  if (value < STEPS) return (int)value;
  int shift = 63 - __builtin_clzll(value) - 6;
  int bucket = (shift + 1) * STEPS + (int)((value >> shift) - STEPS);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double middle_of(int bucket) {
  if (bucket < STEPS) return bucket;
  int shift = bucket / STEPS - 1;
  return (double)((uint64_t)(STEPS + bucket % STEPS) << shift) + (1ull << shift) / 2.0;
}

void note_delay(uint64_t microseconds) {
  buckets[bucket_of(microseconds)]++;
  count++;
  if (microseconds > longest) longest = microseconds;
}

// In milliseconds; -1 when there was nothing to measure.
double percentile(double percent) {
  if (!count) return -1;
  uint64_t wanted = (uint64_t)ceil((double)count * percent / 100), seen = 0;
  for (int bucket = 0; bucket < BUCKETS; bucket++) {
    seen += buckets[bucket];
    if (seen >= wanted) return middle_of(bucket) / 1000;
  }
  return longest_delay();
}

double longest_delay(void) { return (double)longest / 1000; }
