// Sockets: connecting, the upgrade, WebSocket frames in and out.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { READ_SIZE = 1 << 18, EVENTS = 256, PORTS_PER_ADDRESS = 200 };

static int epoll;
static bool command_ready;

void open_sockets(void) {
  epoll = epoll_create1(0);
  struct epoll_event event = {.events = 0, .data.ptr = NULL};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event)) fail("epoll on stdin");
}

void expect_command(void) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = NULL};
  command_ready = false;
  epoll_ctl(epoll, EPOLL_CTL_MOD, STDIN_FILENO, &event);
}

bool command_waits(void) { return command_ready; }

static void watch(struct connection *c) {
  bool reads = !(c->stalls && c->state == JOINED);
  bool writes = c->state == CONNECTING || c->out_length;
  struct epoll_event event = {.data.ptr = c};
  event.events = (reads ? EPOLLIN : 0) | (writes ? EPOLLOUT : 0);
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

// Many source addresses, so that ports never run out.
static struct sockaddr_in source_of(const struct connection *c) {
  int index = (int)(c - connections);
  uint32_t host = (uint32_t)(index / PORTS_PER_ADDRESS % 250 + 1);
  uint32_t net = (uint32_t)(getpid() % 250 + 1);
  struct sockaddr_in source = {.sin_family = AF_INET};
  source.sin_addr.s_addr = htonl(127u << 24 | net << 8 | host);
  return source;
}

static void set(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

void start_connection(struct connection *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) fail("socket");
  set(c->fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  if (c->stalls) set(c->fd, SOL_SOCKET, SO_RCVBUF, 4096);
  // Closing resets, so that nothing waits in TIME_WAIT for the next run.
  struct linger linger = {1, 0};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  struct sockaddr_in source = source_of(c);
  if (bind(c->fd, (void *)&source, sizeof source)) fail("bind");
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(c->fd, (void *)&server, sizeof server) && errno != EINPROGRESS)
    fail("connect");
  c->state = CONNECTING;
  pending_count++;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

void close_connection(struct connection *c) {
  if (c->state == CLOSED || c->state == NEW) return;
  if (c->state == JOINED) {
    joined_count--;
    tally.closed++;
    if (!c->stalls) live[c->room]--;
  } else {
    pending_count--;
    tally.failed++;
  }
  c->state = CLOSED;
  closed_count++;
  close(c->fd);
  free(c->in);
  free(c->out);
  c->in = c->out = NULL;
  c->in_length = c->out_length = c->in_capacity = c->out_capacity = 0;
}

static void keep(uint8_t **buffer, uint32_t *length, uint32_t *capacity,
                 const void *data, size_t more) {
  if (*length + more > *capacity) {
    *capacity = (uint32_t)(*length + more) * 2;
    *buffer = realloc(*buffer, *capacity);
    if (!*buffer) fail("memory");
  }
  memcpy(*buffer + *length, data, more);
  *length += (uint32_t)more;
}

static void send_bytes(struct connection *c, const uint8_t *data, size_t length) {
  tally.bytes_out += length;
  ssize_t sent = c->out_length ? 0 : send(c->fd, data, length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) {
    close_connection(c);
    return;
  }
  if (sent < 0) sent = 0;
  if ((size_t)sent == length) return;
  keep(&c->out, &c->out_length, &c->out_capacity, data + sent, length - (size_t)sent);
  watch(c);
}

static void send_kept(struct connection *c) {
  ssize_t sent = send(c->fd, c->out, c->out_length, MSG_NOSIGNAL);
  if (sent < 0 && errno == EAGAIN) return;
  if (sent < 0) {
    close_connection(c);
    return;
  }
  c->out_length -= (uint32_t)sent;
  memmove(c->out, c->out + sent, c->out_length);
  if (!c->out_length) watch(c);
}

void send_message(struct connection *c, int opcode, const void *data, size_t length) {
  static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
  static uint8_t frame[8192];
  if (c->state == CLOSED) return;
  size_t header = 2;
  frame[0] = (uint8_t)(0x80 | opcode);
  frame[1] = (uint8_t)(0x80 | (length < 126 ? length : 126));
  if (length >= 126) {
    frame[2] = (uint8_t)(length >> 8);
    frame[3] = (uint8_t)length;
    header = 4;
  }
  memcpy(frame + header, mask, 4);
  header += 4;
  if (header + length > sizeof frame) fail("a frame that long");
  for (size_t i = 0; i < length; i++)
    frame[header + i] = ((const uint8_t *)data)[i] ^ mask[i & 3];
  send_bytes(c, frame, header + length);
}

static void send_upgrade(struct connection *c) {
  char head[512];
  int length = snprintf(head, sizeof head,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Origin: %s\r\n%s\r\n",
                        options.dialect->path, c->port, options.origin,
                        options.dialect->headers);
  c->state = UPGRADING;
  send_bytes(c, (uint8_t *)head, (size_t)length);
  if (c->state != CLOSED) watch(c);
}

static void connected(struct connection *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error)
    close_connection(c);
  else
    send_upgrade(c);
}

static const uint8_t *read_upgrade(struct connection *c, const uint8_t *at,
                                   const uint8_t *end) {
  const uint8_t *blank = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
  if (!blank) return at;
  if (memcmp(at, "HTTP/1.1 101", 12)) {
    if (tally.failed < 3) fprintf(stderr, "%.*s\n", (int)(blank - at), at);
    close_connection(c);
    return at;
  }
  c->state = JOINING;
  options.dialect->opened(c);
  return blank + 4;
}

static void read_message(struct connection *c, int opcode, const uint8_t *message,
                         size_t length) {
  tally.messages_in++;
  if (opcode == 8) {
    if (tally.closed + tally.failed < 3 && length >= 2)
      fprintf(stderr, "closed: %d %.*s\n", message[0] << 8 | message[1],
              (int)length - 2, message + 2);
    close_connection(c);
  } else if (opcode == 9) {
    send_message(c, 10, message, length);
  } else if (opcode < 3) {
    options.dialect->received(c, message, length);
  }
}

static const uint8_t *read_messages(struct connection *c, const uint8_t *at,
                                    const uint8_t *end) {
  while (end - at >= 2 && c->state != CLOSED) {
    size_t header = 2, length = at[1] & 127;
    if (length == 126) {
      if (end - at < 4) break;
      length = (size_t)at[2] << 8 | at[3];
      header = 4;
    } else if (length == 127) {
      if (end - at < 10) break;
      length = 0;
      for (int i = 2; i < 10; i++) length = length << 8 | at[i];
      header = 10;
    }
    if ((size_t)(end - at) < header + length) break;
    read_message(c, at[0] & 15, at + header, length);
    at += header + length;
  }
  return at;
}

static void readable(struct connection *c) {
  static uint8_t buffer[READ_SIZE * 2];
  if (c->in_length > READ_SIZE) fail("a message that long");
  memcpy(buffer, c->in, c->in_length);
  ssize_t got = recv(c->fd, buffer + c->in_length, READ_SIZE, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    close_connection(c);
    return;
  }
  tally.bytes_in += (uint64_t)got;
  now = read_clock();
  const uint8_t *at = buffer, *end = buffer + c->in_length + got;
  c->in_length = 0;
  bool was_joined = c->state == JOINED;
  if (c->state == UPGRADING) at = read_upgrade(c, at, end);
  if (c->state == JOINING || c->state == JOINED) at = read_messages(c, at, end);
  if (c->state == CLOSED) return;
  if (at < end)
    keep(&c->in, &c->in_length, &c->in_capacity, at, (size_t)(end - at));
  if (c->stalls && !was_joined && c->state == JOINED) watch(c);
}

static void ready(struct connection *c, uint32_t events) {
  if (c->state == CLOSED) return;
  if (events & EPOLLOUT) {
    if (c->state == CONNECTING)
      connected(c);
    else if (c->out_length)
      send_kept(c);
  }
  if (c->state == CLOSED || c->state == CONNECTING) return;
  if (events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN))
    close_connection(c);
  else if (events & EPOLLIN)
    readable(c);
}

// On loopback a sender pays for waking whoever waits for its bytes, which nobody's
// phone would cost it. So nobody waits: we look again and again, napping in between.
static void nap(uint64_t until) {
  uint64_t moment = read_clock(), longest = options.nap_us * 1000ull;
  uint64_t rest = until > moment ? until - moment : 0;
  struct timespec time = {0, (long)(rest < longest ? rest : longest)};
  if (rest) nanosleep(&time, NULL);
}

// Nap until a moment at the latest, and serve the sockets that are ready.
void serve_sockets(uint64_t until) {
  struct epoll_event events[EVENTS];
  static int count = 0;
  if (count < EVENTS) nap(until);
  count = epoll_wait(epoll, events, EVENTS, 0);
  for (int i = 0; i < count; i++) {
    if (events[i].data.ptr)
      ready(events[i].data.ptr, events[i].events);
    else
      command_ready = true;
  }
}
