// porchlight.v1: as much MessagePack as it takes, and what each member must see.
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { HELLO = 1, JOIN = 2, SAY = 4, HERE = 8 };
enum { ANSWER_JOINED = 33, DONE = 34, REFUSED = 35, SAID = 36 };

static uint8_t *put_number(uint8_t *to, uint64_t value) {
  int bytes = value < 128 ? 0 : value < 1 << 8 ? 1 : value < 1 << 16 ? 2 : value >> 32 ? 8 : 4;
  if (!bytes) {
    *to++ = (uint8_t)value;
    return to;
  }
  *to++ = bytes == 1 ? 0xcc : bytes == 2 ? 0xcd : bytes == 4 ? 0xce : 0xcf;
  while (bytes--) *to++ = (uint8_t)(value >> (8 * bytes));
  return to;
}

static uint8_t *put_bytes(uint8_t *to, const void *data, size_t length) {
  *to++ = 0xc4;
  *to++ = (uint8_t)length;
  memcpy(to, data, length);
  return to + length;
}

static uint8_t *put_text(uint8_t *to, const char *text, size_t length) {
  if (length < 32) {
    *to++ = 0xa0 | (uint8_t)length;
  } else if (length < 256) {
    *to++ = 0xd9;
    *to++ = (uint8_t)length;
  } else {
    *to++ = 0xda;
    *to++ = (uint8_t)(length >> 8);
    *to++ = (uint8_t)length;
  }
  memcpy(to, text, length);
  return to + length;
}

static uint8_t *put_room(uint8_t *to, struct connection *c) {
  char room[32];
  int length = snprintf(room, sizeof room, "%s%d", options.room_prefix, c->room);
  return put_text(to, room, (size_t)length);
}

static void send_join(struct connection *c) {
  uint8_t frame[128] = {0x97, JOIN}, *to = frame + 2;
  to = put_number(to, ++c->ref);
  to = put_room(to, c);
  to = put_number(to, c->roll);
  *to++ = options.light ? 0xc3 : 0xc2;
  *to++ = 0;  // no epoch and no position: nothing is known yet
  *to++ = 0;
  send_message(c, 2, frame, (size_t)(to - frame));
}

static void opened(struct connection *c) {
  uint64_t secret[2] = {random_number(), random_number()};
  uint8_t frame[32] = {0x93, HELLO}, *to = frame + 2;
  to = put_number(to, ++c->ref);
  to = put_bytes(to, secret, sizeof secret);
  send_message(c, 2, frame, (size_t)(to - frame));
  send_join(c);
}

static void say(struct connection *c, const char *text, size_t length) {
  uint8_t frame[4096] = {0x96, SAY}, *to = frame + 2;
  uint64_t id = random_number();
  to = put_number(to, ++c->ref);
  to = put_room(to, c);
  to = put_bytes(to, &id, sizeof id);
  to = put_text(to, text, length);
  *to++ = 0;
  send_message(c, 2, frame, (size_t)(to - frame));
}

static void beat(struct connection *c) {
  send_message(c, 2, (uint8_t[]){0x92, HERE, 0xc2}, 3);
}

// Reading. What a server under measurement sends is well formed, or the run is void.
static uint64_t number(const uint8_t **at) {
  uint8_t kind = *(*at)++;
  if (kind < 128) return kind;
  int bytes = kind == 0xcc ? 1 : kind == 0xcd ? 2 : kind == 0xce ? 4 : 8;
  uint64_t value = 0;
  while (bytes--) value = value << 8 | *(*at)++;
  return value;
}

static size_t text_length(const uint8_t **at) {
  uint8_t kind = *(*at)++;
  if ((kind & 0xe0) == 0xa0) return kind & 31;
  size_t length = *(*at)++;
  if (kind == 0xda) length = length << 8 | *(*at)++;
  return length;
}

static void skip_text(const uint8_t **at) {
  size_t length = text_length(at);
  *at += length;
}

static void check_order(struct connection *c, uint64_t position) {
  if (position == c->position) tally.doubled++;
  if (position < c->position) tally.disordered++;
  if (position > c->position + 1) tally.missing += position - c->position - 1;
  if (position > c->position) c->position = position;
}

static void hear_said(struct connection *c, const uint8_t *message, size_t length) {
  const uint8_t *at = message + 2;
  skip_text(&at);
  check_order(c, number(&at));
  number(&at);
  at += 2 + at[1];  // who
  size_t text = text_length(&at);
  heard(c, at, text, length);
}

static void hear_joined(struct connection *c, const uint8_t *message) {
  const uint8_t *at = message + 2;
  number(&at);
  skip_text(&at);
  number(&at);
  c->position = number(&at);
  joined(c);
}

static void hear_refused(struct connection *c, const uint8_t *message) {
  const uint8_t *at = message + 2;
  number(&at);
  size_t length = text_length(&at);
  if (c->state == JOINING && length == 10 && !memcmp(at, "name_taken", 10)) {
    c->roll++;
    send_join(c);
    return;
  }
  if (tally.refused++ < 3) fprintf(stderr, "refused: %.*s\n", (int)length, at);
}

static void received(struct connection *c, const uint8_t *message, size_t length) {
  if (length < 3) return;
  if (message[1] == SAID && c->state == JOINED) hear_said(c, message, length);
  if (message[1] == DONE) tally.done++;
  if (message[1] == REFUSED) hear_refused(c, message);
  if (message[1] == ANSWER_JOINED) hear_joined(c, message);
}

const struct dialect porchlight = {"porchlight", "/ws",
                                   "Sec-WebSocket-Protocol: porchlight.v1\r\n",
                                   2, opened, received, say, beat};
