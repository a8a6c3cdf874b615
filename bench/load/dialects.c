// The peers' ways of speaking: plain JSON, and Socket.IO. Porchlight's own is in
// porchlight.c.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "load.h"

void joined(struct connection *c) {
  if (c->state != JOINING) return;
  c->state = JOINED;
  pending_count--;
  joined_count++;
  if (!c->stalls) live[c->room]++;
}

// Letters, since a long number is what screening looks at closest, and nobody says one with
// each message. Each place has its own alphabet, or the many zeros were one stretched letter.
void write_stamp(char *text, uint64_t due) {
  memcpy(text, "TS ", 3);
  text[STAMP - 1] = ' ';
  for (int i = STAMP - 2; i > 2; i--, due >>= 4) text[i] = (char)('a' + ((due + (uint64_t)i) & 15));
}

static uint64_t read_stamp(const uint8_t *text) {
  uint64_t due = 0;
  for (int i = 3; i < STAMP - 1; i++) due = due << 4 | (uint64_t)((text[i] - 'a' - i) & 15);
  return due;
}

// A message of ours arrived: its text begins with the moment it was due to be said.
void heard(struct connection *c, const uint8_t *text, size_t length, size_t payload) {
  (void)c;
  if (length < STAMP || memcmp(text, "TS ", 3)) return;
  uint64_t due = read_stamp(text);
  tally.deliveries++;
  tally.delivered_bytes += payload;
  note_delay(now > due ? (now - due) / 1000 : 0);
}

static void find_text(struct connection *c, const uint8_t *message, size_t length) {
  const uint8_t *text = memmem(message, length, "TS ", 3);
  if (text) heard(c, text, length - (size_t)(text - message), length);
}

static void send_text(struct connection *c, const char *text) {
  send_message(c, 1, text, strlen(text));
}

static void plain_opened(struct connection *c) {
  char request[128];
  snprintf(request, sizeof request, "{\"type\":\"join\",\"room\":\"%s%d\"}",
           options.room_prefix, c->room);
  send_text(c, request);
}

static void plain_received(struct connection *c, const uint8_t *m, size_t length) {
  if (c->state == JOINING && memmem(m, length, "joined", 6))
    joined(c);
  else
    find_text(c, m, length);
}

static void plain_say(struct connection *c, const char *text, size_t length) {
  char request[4096];
  snprintf(request, sizeof request,
           "{\"type\":\"pub\",\"room\":\"%s%d\",\"text\":\"%.*s\"}",
           options.room_prefix, c->room, (int)length, text);
  send_text(c, request);
}

const struct dialect plain = {
    "plain", "/ws", "", 1, plain_opened, plain_received, plain_say, NULL};

static void socketio_opened(struct connection *c) { (void)c; }  // the server begins

static void socketio_join(struct connection *c) {
  char request[128];
  snprintf(request, sizeof request, "420[\"join\",\"%s%d\"]", options.room_prefix,
           c->room);
  send_text(c, request);
}

static bool begins(const uint8_t *message, size_t length, const char *with) {
  return length >= strlen(with) && !memcmp(message, with, strlen(with));
}

static void socketio_received(struct connection *c, const uint8_t *m, size_t length) {
  if (length == 1 && *m == '2')
    send_text(c, "3");  // its ping
  else if (begins(m, length, "42"))
    find_text(c, m, length);
  else if (begins(m, length, "0"))
    send_text(c, "40");
  else if (begins(m, length, "40"))
    socketio_join(c);
  else if (begins(m, length, "43"))
    joined(c);
}

static void socketio_say(struct connection *c, const char *text, size_t length) {
  char request[4096];
  snprintf(request, sizeof request,
           "42[\"pub\",{\"room\":\"%s%d\",\"text\":\"%.*s\"}]", options.room_prefix,
           c->room, (int)length, text);
  send_text(c, request);
}

const struct dialect socketio = {
    "socketio",      "/socket.io/?EIO=4&transport=websocket", "", 1,
    socketio_opened, socketio_received, socketio_say, NULL};
