// Apache's client for C, with its own threads: one for the socket, one for completions. Takes the arguments that
// languages.mjs describes, and prints the same figures as worker.mjs.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zookeeper.h>

#define TIMEOUT 30000

static zhandle_t *zk;
static const char *path;
static int nodes;
static char data[100];
static atomic_long done;
static atomic_int next;
static atomic_int filled; // nodes whose first data have come
static int lanes;

static void check(int code) {
  if (code == ZOK) return;
  fprintf(stderr, "%s\n", zerror(code));
  _exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double rss(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1) check(ZSYSTEMERROR);
  fclose(file);
  return (double)pages * sysconf(_SC_PAGESIZE);
}

static void sleep_ms(int ms) {
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
  nanosleep(&time, NULL);
}

static void connect_to(const char *endpoint) {
  zk = zookeeper_init(endpoint, NULL, TIMEOUT, NULL, NULL, 0);
  if (zk == NULL) check(ZSYSTEMERROR);
}

// Gets and sets: each one that is done begins the next.

static void get(void);
static void set(void);

static void got(int code, const char *value, int length, const struct Stat *stat, const void *context) {
  check(code);
  done++;
  get();
}
static void get(void) { check(zoo_aget(zk, path, 0, got, NULL)); }

static void was_set(int code, const struct Stat *stat, const void *context) {
  check(code);
  done++;
  set();
}
static void set(void) { check(zoo_aset(zk, path, data, sizeof data, -1, was_set, NULL)); }

// Watches: an event reads its node again, which watches it again. What is read begins the next set.

static void name_of(char *name, size_t size, long i) { snprintf(name, size, "%s%ld", path, i); }

static void written(int code, const struct Stat *stat, const void *context) { check(code); }

static void set_next(void) {
  char name[256];
  name_of(name, sizeof name, next++ % nodes);
  check(zoo_aset(zk, name, data, sizeof data, -1, written, NULL));
}

static void changed(zhandle_t *from, int type, int state, const char *name, void *context);

static void seen(int code, const char *value, int length, const struct Stat *stat, const void *context) {
  check(code);
  if (filled < nodes) {
    filled++;
    return;
  }
  done++;
  set_next();
}

static void watch(const char *name) { check(zoo_awget(zk, name, changed, NULL, seen, NULL)); }

static void changed(zhandle_t *from, int type, int state, const char *name, void *context) {
  if (type == ZOO_CHANGED_EVENT) watch(name);
}

static void print_figures(int window, int warm_up, double bytes_each, double resident) {
  sleep_ms(warm_up);
  long before = done;
  double begin = now(), used = cpu();
  sleep_ms(window);
  double seconds = now() - begin, spent = cpu() - used;
  long count = done - before;
  printf("RESULT {\"rate\":%f,\"cpu\":%f,\"rss\":%f", count / seconds, spent * 1e6 / count,
         (resident > 0 ? resident : rss()) / (1 << 20));
  if (resident > 0) printf(",\"bytesEach\":%f", bytes_each);
  printf("}\n");
}

static int by_size(const void *one, const void *other) {
  double difference = *(const double *)one - *(const double *)other;
  return (difference > 0) - (difference < 0);
}

static void print_time_to_connect(const char *endpoint) {
  double *times = calloc(lanes, sizeof *times);
  for (int i = 0; i < lanes; i++) {
    char value[100];
    int length = sizeof value;
    double begin = now();
    connect_to(endpoint);
    check(zoo_get(zk, path, 0, value, &length, NULL));
    times[i] = (now() - begin) * 1e3;
    zookeeper_close(zk);
    sleep_ms(10);
  }
  qsort(times, lanes, sizeof *times, by_size);
  printf("RESULT {\"ms\":%f,\"rss\":%f}\n", times[lanes / 2], rss() / (1 << 20));
}

int main(int count, char **args) {
  if (count != 8) return 2;
  char endpoint[64];
  const char *verb = args[2];
  snprintf(endpoint, sizeof endpoint, "127.0.0.1:%s", args[1]);
  lanes = atoi(args[3]);
  path = args[4];
  nodes = atoi(args[5]);
  int window = atoi(args[6]), warm_up = atoi(args[7]);
  double resident = 0, bytes_each = 0;
  memset(data, 'b', sizeof data);
  zoo_set_debug_level(0);

  if (strcmp(verb, "connect") == 0) {
    print_time_to_connect(endpoint);
    return 0;
  }
  connect_to(endpoint);
  while (zoo_state(zk) != ZOO_CONNECTED_STATE) sleep_ms(1);
  if (strcmp(verb, "watch") == 0) {
    double before = rss();
    for (int i = 0; i < nodes; i++) {
      char name[256];
      name_of(name, sizeof name, i);
      watch(name);
    }
    while (filled < nodes) sleep_ms(20);
    resident = rss();
    bytes_each = (resident - before) / nodes;
  }
  void (*begin)(void) = strcmp(verb, "get") == 0 ? get : strcmp(verb, "set") == 0 ? set : set_next;
  for (int i = 0; i < lanes; i++) begin();
  print_figures(window, warm_up, bytes_each, resident);
  fflush(stdout);
  _exit(0); // without a wait for the threads of the client
}
