// What the parts of the load generator share.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum state { NEW, CONNECTING, UPGRADING, JOINING, JOINED, CLOSED };

struct connection {
  int fd;
  int room;
  int port;
  enum state state;
  bool speaks, stalls;
  uint32_t ref;       // of the last request (porchlight)
  uint32_t roll;      // which pseudonym was asked for (porchlight)
  uint64_t position;  // of the last event heard (porchlight)
  uint64_t next_beat;
  uint8_t *in, *out;  // what is not yet parsed, what is not yet sent
  uint32_t in_length, in_capacity, out_length, out_capacity;
};

// How one kind of server is spoken to.
struct dialect {
  const char *name, *path, *headers;
  int opcode;
  void (*opened)(struct connection *);
  void (*received)(struct connection *, const uint8_t *message, size_t length);
  void (*say)(struct connection *, const char *text, size_t length);
  void (*beat)(struct connection *);
};
extern const struct dialect porchlight, plain, socketio;

struct options {
  const struct dialect *dialect;
  const char *room_prefix, *origin;
  int members, rooms, speakers, stalled, at_once, nap_us;
  int ports[16], port_count, speaker_port;
  bool light;
};
extern struct options options;

// Everything counted since the last command began.
struct tally {
  uint64_t said, expected, deliveries, delivered_bytes;
  uint64_t done, refused, missing, doubled, disordered;
  uint64_t messages_in, bytes_in, bytes_out, closed, failed;
};
extern struct tally tally;

extern struct connection *connections;
extern int connection_count, joined_count, closed_count, pending_count;
extern int *live;  // how many read, by room
extern uint64_t now;

uint64_t read_clock(void);
uint64_t random_number(void);
void fail(const char *what);

// socket.c
void open_sockets(void);
void start_connection(struct connection *);
void close_connection(struct connection *);
void send_message(struct connection *, int opcode, const void *data, size_t length);
void serve_sockets(uint64_t until);
bool command_waits(void);
void expect_command(void);

// dialects.c
void joined(struct connection *);
enum { STAMP = 20 };  // "TS ", sixteen letters and a space
void write_stamp(char *text, uint64_t due);
void heard(struct connection *, const uint8_t *text, size_t length, size_t payload);

// histogram.c
void forget_delays(void);
void note_delay(uint64_t microseconds);
double percentile(double percent);
double longest_delay(void);
