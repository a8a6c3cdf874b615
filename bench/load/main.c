// A load generator for chat over WebSocket: one thread, told on stdin what to do.
//
//   connect                    join everyone, as many at once as --at-once says
//   publish RATE SECONDS BYTES say that many messages a second, evenly
//   idle SECONDS               only listen (and beat once a minute)
//
// Each command is answered by one line of JSON on stdout.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { BATCH = 32, MAX_TEXT = 2000 };
static const uint64_t SECOND = 1000000000, BEAT = 60 * SECOND, DRAIN = 6 * SECOND;
static const uint64_t CONNECT_PATIENCE = 20 * SECOND;

struct options options = {.dialect = &plain, .room_prefix = "r", .origin = "http://127.0.0.1",
                          .members = 100, .rooms = 1, .at_once = 64, .nap_us = 200};
struct tally tally;
struct connection *connections;
int connection_count, joined_count, closed_count, pending_count;
int *live;
uint64_t now;

static struct connection **speakers;
static int speaker_count;

void fail(const char *what) {
  perror(what);
  exit(2);
}

uint64_t read_clock(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

uint64_t random_number(void) {
  static uint64_t pool[64];
  static size_t used = 64;
  if (used == 64) {
    if (getrandom(pool, sizeof pool, 0) != sizeof pool) fail("getrandom");
    used = 0;
  }
  return pool[used++];
}

static void read_ports(char *list) {
  for (char *port = strtok(list, ","); port && options.port_count < 16;
       port = strtok(NULL, ","))
    options.ports[options.port_count++] = atoi(port);
}

static const struct dialect *dialect_named(const char *name) {
  const struct dialect *all[] = {&porchlight, &plain, &socketio};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!strcmp(all[i]->name, name)) return all[i];
  errno = EINVAL;
  fail(name);
  return NULL;
}

static void read_option(const char *name, char *value) {
  struct { const char *name; int *to; } numbers[] = {
      {"--members", &options.members},   {"--rooms", &options.rooms},
      {"--speakers", &options.speakers}, {"--stalled", &options.stalled},
      {"--at-once", &options.at_once},   {"--speaker-port", &options.speaker_port},
      {"--nap-us", &options.nap_us}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!strcmp(name, numbers[i].name)) {
      *numbers[i].to = atoi(value);
      return;
    }
  if (!strcmp(name, "--dialect"))
    options.dialect = dialect_named(value);
  else if (!strcmp(name, "--room-prefix"))
    options.room_prefix = value;
  else if (!strcmp(name, "--origin"))
    options.origin = value;
  else if (!strcmp(name, "--ports"))
    read_ports(value);
  else if (!strcmp(name, "--light"))
    options.light = atoi(value);
  else
    fail(name);
}

// Members spread over the rooms, and those of one room over the processes. Speakers
// come on top; without any, the first member of each room speaks.
static void plan_connections(void) {
  int readers = options.members + options.stalled;
  connection_count = readers + options.speakers;
  speaker_count = options.speakers ? options.speakers : options.rooms;
  connections = calloc((size_t)connection_count, sizeof *connections);
  speakers = calloc((size_t)speaker_count, sizeof *speakers);
  live = calloc((size_t)options.rooms, sizeof *live);
  if (!connections || !speakers || !live) fail("memory");
  for (int i = 0; i < connection_count; i++) {
    struct connection *c = &connections[i];
    c->room = i % options.rooms;
    c->port = options.ports[i / options.rooms % options.port_count];
    c->stalls = i >= options.members && i < readers;
    c->speaks = options.speakers ? i >= readers : i < options.rooms;
    if (i >= readers && options.speaker_port) c->port = options.speaker_port;
    c->next_beat = read_clock() + random_number() % BEAT;
  }
  int first = options.speakers ? readers : 0;
  for (int i = 0; i < speaker_count; i++) speakers[i] = &connections[first + i];
}

static void begin(void) {
  memset(&tally, 0, sizeof tally);
  forget_delays();
}

static void answer(double seconds, uint64_t in_time) {
  printf("{\"seconds\": %.4f, \"in_time\": %lu, \"joined\": %d, \"closed\": %lu, \"failed\": %lu, "
         "\"said\": %lu, \"expected\": %lu, \"deliveries\": %lu, "
         "\"delivered_bytes\": %lu, \"done\": %lu, \"refused\": %lu, "
         "\"missing\": %lu, \"doubled\": %lu, \"disordered\": %lu, "
         "\"messages_in\": %lu, \"bytes_in\": %lu, \"bytes_out\": %lu, "
         "\"p50\": %.3f, \"p99\": %.3f, \"longest\": %.3f}\n",
         seconds, in_time, joined_count, tally.closed, tally.failed, tally.said, tally.expected,
         tally.deliveries, tally.delivered_bytes, tally.done, tally.refused,
         tally.missing, tally.doubled, tally.disordered, tally.messages_in,
         tally.bytes_in, tally.bytes_out, percentile(50), percentile(99),
         longest_delay());
  fflush(stdout);
}

static void connect_all(void) {
  begin();
  uint64_t started = read_clock(), patience = started + CONNECT_PATIENCE;
  int begun = 0, settled = 0;
  while (joined_count + closed_count < connection_count && read_clock() < patience) {
    while (begun < connection_count && pending_count < options.at_once)
      start_connection(&connections[begun++]);
    serve_sockets(read_clock() + SECOND / 500);
    if (joined_count + closed_count != settled) patience = read_clock() + CONNECT_PATIENCE;
    settled = joined_count + closed_count;
  }
  answer((double)(read_clock() - started) / SECOND, tally.deliveries);
}

static void say(struct connection *speaker, uint64_t due, size_t length) {
  static const char filler[] =
      "I have been coming here for a while now, and it helps to hear that others know "
      "this feeling too; today was hard, yet I did get through it. Thank you all. My "
      "sister rang in the morning and asked how the week had been, and for once there was "
      "something good to tell her: the garden is planted, work has taken me back for three "
      "days, and the dog sleeps at my door again. Evenings are still long. When the light "
      "goes I walk down to the river and count the boats, because sitting still in that "
      "kitchen makes every old thought come around. A man from the meeting told us he does "
      "the same with trains. We laughed about it, two grown people who know each timetable "
      "by heart. What I wanted to ask is how you others manage Sundays, since nothing is "
      "open where we live and buses stop at noon. Somebody wrote last month that cooking "
      "for neighbours had saved her winter, so perhaps that is what comes next. Soup, "
      "bread, a few chairs. If it goes wrong there will at least be a story, and I promise "
      "to share it before anyone else does. Good night from a cold valley with many stars.";
  char text[MAX_TEXT + 1];
  write_stamp(text, due);
  size_t used = STAMP;
  for (; used < length; used++) text[used] = filler[used % (sizeof filler - 1)];
  options.dialect->say(speaker, text, used);
  tally.said++;
  tally.expected += (uint64_t)live[speaker->room];
}

// Messages are due at even moments and stamped with those, so that a generator that
// falls behind counts as delay and not as rest.
static uint64_t say_what_is_due(uint64_t due, uint64_t interval, uint64_t end,
                                size_t length) {
  static int turn;
  uint64_t moment = read_clock();
  for (int i = 0; i < BATCH && due <= moment && due < end; i++, due += interval) {
    struct connection *speaker = speakers[turn++ % speaker_count];
    if (speaker->state == JOINED) say(speaker, due, length);
  }
  return due;
}

static void publish(double rate, double seconds, size_t length) {
  begin();
  uint64_t started = read_clock(), end = started + (uint64_t)(seconds * SECOND);
  uint64_t due = started, interval = (uint64_t)(SECOND / rate);
  while (read_clock() < end) {
    due = say_what_is_due(due, interval, end, length);
    serve_sockets(due < end ? due : end);
  }
  uint64_t in_time = tally.deliveries, limit = end + DRAIN;
  double elapsed = (double)(read_clock() - started) / SECOND;
  while (tally.deliveries < tally.expected && read_clock() < limit)
    serve_sockets(read_clock() + SECOND / 200);
  while (tally.done && tally.done < tally.said && read_clock() < limit)
    serve_sockets(read_clock() + SECOND / 200);
  answer(elapsed, in_time);
}

static void beat_if_due(void) {
  uint64_t moment = read_clock();
  for (int i = 0; i < connection_count && options.dialect->beat; i++) {
    struct connection *c = &connections[i];
    if (c->state != JOINED || c->next_beat > moment) continue;
    options.dialect->beat(c);
    c->next_beat = moment + BEAT;
  }
}

static void idle(double seconds) {
  begin();
  uint64_t started = read_clock(), end = started + (uint64_t)(seconds * SECOND);
  uint64_t look = started;
  while (read_clock() < end) {
    if (read_clock() >= look) {
      beat_if_due();
      look += SECOND / 10;
    }
    serve_sockets(look < end ? look : end);
  }
  answer((double)(read_clock() - started) / SECOND, tally.deliveries);
}

static bool obey(const char *command) {
  double rate, seconds;
  size_t length;
  if (!strncmp(command, "connect", 7))
    connect_all();
  else if (sscanf(command, "publish %lf %lf %zu", &rate, &seconds, &length) == 3)
    publish(rate, seconds, length < MAX_TEXT ? length : MAX_TEXT);
  else if (sscanf(command, "idle %lf", &seconds) == 1)
    idle(seconds);
  else
    return false;
  return true;
}

int main(int count, char **words) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  setvbuf(stdin, NULL, _IONBF, 0);
  prctl(PR_SET_TIMERSLACK, 1000);  // a nap ends when it should
  for (int i = 1; i + 1 < count; i += 2) read_option(words[i], words[i + 1]);
  if (!options.port_count) fail("--ports");
  open_sockets();
  plan_connections();
  char command[128];
  for (;;) {
    expect_command();
    while (!command_waits()) serve_sockets(read_clock() + SECOND / 100);
    if (!fgets(command, sizeof command, stdin) || !obey(command)) return 0;
  }
}
