// Binary cross entropy with logits, its value and its gradient by w and b, in float64 on one thread: how fast the processor
// is when the code is made for it. Compiled by gcc -O3 -march=native -ffast-math, which takes exp and log1p from the vector
// library of glibc (libmvec) and so computes as many of them at once as a register holds.
//
//   bce FILE ROWS COLUMNS
//
// FILE holds doubles: w, b, y, and X row by row. Then a line in gives a line out: `run N` runs for ten milliseconds and then
// N calls, and answers the nanoseconds of one of these; `result` answers the loss, the gradient by w and that by b; `block`
// how many rows are read for z and, still in the cache, for the gradient: what was best when all were tried, at the start.
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __AVX512F__
#define WIDTH 8
#else
#define WIDTH 4
#endif
// Rows of X begin anywhere, so the vectors that are loaded from it are aligned like a single number.
typedef double vector __attribute__((vector_size(8 * WIDTH)));
typedef double loose __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));
typedef double four __attribute__((vector_size(32)));
typedef double loose_four __attribute__((vector_size(32), aligned(8), may_alias));
typedef long long order __attribute__((vector_size(32)));

#define MOST_COLUMNS 4096
static const int BLOCKS[] = {16, 32, 64, 128, 256};
#define MOST_ROWS 256
/** See READY_MS in peers/side.ts. */
#define READY_NS 10e6
/** So many vectors of the gradient stay in registers while the rows of a block go by. */
#define HELD 8

static double z[MOST_ROWS], residual[MOST_ROWS];

static inline vector load(const double *p) { return *(const loose *)p; }

/** Four numbers with the same sum. */
static inline four folded(vector v) {
  const union {
    vector whole;
    four parts[WIDTH / 4];
  } u = {v};
  return WIDTH == 4 ? u.parts[0] : u.parts[0] + u.parts[WIDTH / 4 - 1];
}

/** The four sums of four vectors. */
static inline four sums(vector a, vector b, vector c, vector d) {
  four a4 = folded(a), b4 = folded(b), c4 = folded(c), d4 = folded(d);
  four ab = __builtin_shuffle(a4, b4, (order){0, 4, 2, 6}) + __builtin_shuffle(a4, b4, (order){1, 5, 3, 7});
  four cd = __builtin_shuffle(c4, d4, (order){0, 4, 2, 6}) + __builtin_shuffle(c4, d4, (order){1, 5, 3, 7});
  return __builtin_shuffle(ab, cd, (order){0, 1, 4, 5}) + __builtin_shuffle(ab, cd, (order){2, 3, 6, 7});
}

/** z = X·w + b, four rows at a time. `rest` is the last vector of w, with zeros where it overlaps the one before. */
static inline __attribute__((always_inline)) void logits(const double *x, const double *w, vector rest, double b, int rows, int columns) {
  int whole = columns / WIDTH * WIDTH, i = 0;
  for (; i + 3 < rows; i += 4) {
    const double *p = x + (size_t)i * columns;
    vector s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (int j = 0; j < whole; j += WIDTH) {
      vector v = load(w + j);
      s0 += v * load(p + j);
      s1 += v * load(p + columns + j);
      s2 += v * load(p + 2 * columns + j);
      s3 += v * load(p + 3 * columns + j);
    }
    if (whole < columns) {
      p += columns - WIDTH;
      s0 += rest * load(p);
      s1 += rest * load(p + columns);
      s2 += rest * load(p + 2 * columns);
      s3 += rest * load(p + 3 * columns);
    }
    *(loose_four *)(z + i) = sums(s0, s1, s2, s3) + b;
  }
  for (; i < rows; i++) {
    double sum = b;
    for (int j = 0; j < columns; j++) sum += x[(size_t)i * columns + j] * w[j];
    z[i] = sum;
  }
}

/** The losses' sum, the residuals σ(z) − y, and their sum. One exponential serves both, of −|z|, which cannot overflow. */
static double losses(const double *y, int rows, double *residuals) {
  double loss = 0, total = 0;
  for (int i = 0; i < rows; i++) {
    double e = exp(-fabs(z[i]));
    double q = 1 / (1 + e);
    double r = (z[i] >= 0 ? q : e * q) - y[i];
    loss += (z[i] > 0 ? z[i] : 0) - y[i] * z[i] + log1p(e);
    residual[i] = r;
    total += r;
  }
  *residuals += total;
  return loss;
}

/**
 * sum += Xᵀ·residual for `count` vectors of columns, the last of which begins at `last` and goes to `rest`. The same places a
 * block further are asked for: they come from memory while this block is computed.
 */
static inline __attribute__((always_inline)) void
strip(const double *x, int rows, int columns, int count, int last, int block, double *sum, double *rest) {
  vector held[HELD], also[HELD];
  for (int v = 0; v < count; v++) {
    held[v] = load(v < count - 1 ? sum + v * WIDTH : rest);
    also[v] = (vector){0};
  }
  const double *p = x;
  const size_t ahead = (size_t)block * columns;
  int i = 0;
  for (; i + 1 < rows; i += 2, p += 2 * columns) {
    // Two rows have sums of their own: otherwise each addition would wait for the one before.
    for (int v = 0; v < count; v++) {
      const double *at = p + (v < count - 1 ? v * WIDTH : last);
      __builtin_prefetch(at + ahead);
      __builtin_prefetch(at + columns + ahead);
      held[v] += residual[i] * load(at);
      also[v] += residual[i + 1] * load(at + columns);
    }
  }
  if (i < rows)
    for (int v = 0; v < count; v++) held[v] += residual[i] * load(p + (v < count - 1 ? v * WIDTH : last));
  for (int v = 0; v < count; v++) *(loose *)(v < count - 1 ? sum + v * WIDTH : rest) = held[v] + also[v];
}

/** gradient += Xᵀ·residual. Where columns are left over, a last vector overlaps the one before and has sums of its own. */
static inline __attribute__((always_inline)) void
addGradient(const double *x, int rows, int columns, int block, double *gradient, double *rest) {
  int vectors = columns / WIDTH, over = columns % WIDTH > 0, v = 0;
#define STRIP(n) strip(x + v * WIDTH, rows, columns, n, ((n) - 1) * WIDTH, block, gradient + v * WIDTH, gradient + (v + (n) - 1) * WIDTH)
#define LAST(n) strip(x + v * WIDTH, rows, columns, n, columns - WIDTH - v * WIDTH, block, gradient + v * WIDTH, rest)
  for (; v + HELD <= vectors; v += HELD) STRIP(HELD);
  for (; v + 4 <= vectors; v += 4) STRIP(4);
  switch (vectors - v + 4 * over) {
    case 1: STRIP(1); break;
    case 2: STRIP(2); break;
    case 3: STRIP(3); break;
    case 4: LAST(1); break;
    case 5: LAST(2); break;
    case 6: LAST(3); break;
    case 7: LAST(4); break;
  }
}

/** Never to be merged with another call, though that one computes the same. */
__attribute__((noipa)) static double bce(const double *x, const double *y, const double *w, double b, int rows, int columns, int block, double *gradient) {
  double loss = 0, residuals = 0, overlap[WIDTH] = {0};
  vector rest = {0};
  int whole = columns / WIDTH * WIDTH;
  for (int j = whole; j < columns; j++) rest[j - (columns - WIDTH)] = w[j];
  memset(gradient, 0, sizeof(double) * columns);
  for (int from = 0; from < rows; from += block) {
    int count = rows - from < block ? rows - from : block;
    const double *p = x + (size_t)from * columns;
    logits(p, w, rest, b, count, columns);
    loss += losses(y + from, count, &residuals);
    addGradient(p, count, columns, block, gradient, overlap);
  }
  for (int j = whole; j < columns; j++) gradient[j] = overlap[j - (columns - WIDTH)];
  for (int j = 0; j < columns; j++) gradient[j] /= rows;
  gradient[columns] = residuals / rows;
  return loss / rows;
}

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

/** The block with which a call is the fastest. */
static int tuned(const double *x, const double *y, const double *w, double b, int rows, int columns, double *gradient) {
  int best = BLOCKS[0];
  double least = INFINITY;
  for (int turn = 0; turn < 10; turn++) {
    for (size_t k = 0; k < sizeof BLOCKS / sizeof *BLOCKS; k++) {
      int calls = 0;
      double start = nanoseconds(), time;
      do {
        bce(x, y, w, b, rows, columns, BLOCKS[k], gradient);
        time = (nanoseconds() - start) / ++calls;
      } while (time * calls < 4e6);
      if (time < least) {
        least = time;
        best = BLOCKS[k];
      }
    }
  }
  return best;
}

int main(int count, char **words) {
  if (count < 4) return 2;
  int rows = atoi(words[2]), columns = atoi(words[3]);
  if (columns < WIDTH || columns > MOST_COLUMNS) return 2;
  size_t size = columns + 1 + (size_t)rows * (columns + 1);
  double *data = aligned_alloc(64, (size * 8 + 63) / 64 * 64);
  FILE *file = fopen(words[1], "rb");
  if (data == NULL || file == NULL || fread(data, 8, size, file) != size) return 1;
  fclose(file);
  const double *w = data, *y = data + columns + 1, *x = y + rows;
  static double gradient[MOST_COLUMNS + 1];
  const int block = tuned(x, y, w, w[columns], rows, columns, gradient);

  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strncmp(line, "run ", 4) == 0) {
      int calls = atoi(line + 4);
      double ready = nanoseconds() + READY_NS;
      do bce(x, y, w, w[columns], rows, columns, block, gradient);
      while (nanoseconds() < ready);
      double start = nanoseconds();
      for (int i = 0; i < calls; i++) bce(x, y, w, w[columns], rows, columns, block, gradient);
      printf("%.3f\n", (nanoseconds() - start) / calls);
    } else if (strncmp(line, "block", 5) == 0) {
      printf("%d\n", block);
    } else {
      printf("%.17g", bce(x, y, w, w[columns], rows, columns, block, gradient));
      for (int j = 0; j <= columns; j++) printf(" %.17g", gradient[j]);
      printf("\n");
    }
    fflush(stdout);
  }
  return 0;
}
