// The server that proxies ask: over UDP, and over TCP with pipelining, on 127.0.0.1. It looks nothing up:
//
//   ....cluster.local   NXDOMAIN with an SOA record
//   fail...             SERVFAIL
//   silent...           no reply
//   any other name      A 10.53.0.1 (the type is not looked at)
//
// All with a TTL of an hour. A query with an OPT record gets one. One thread, few system calls: it shares its processor with
// the load, and must cost less than any proxy.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  batch = 64,
  header = 12,
  room = 1232,
  // The most that a reply is longer than its query.
  added = 128,
  receive_buffer = 4 << 20,
  stream_room = 65536,
  most_files = 4096,
};

static const unsigned char address_record[] = {0xc0, header, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 10, 53, 0, 1};
// Behind its owner, a pointer: SOA, IN, TTL 3600; the names of server and mailbox are the root.
static const unsigned char soa_record[] = {0, 6, 0, 1, 0, 0, 14, 16, 0, 22, 0, 0, 0, 0, 0, 1,  0,  0,
                                           28, 32, 0, 0, 7, 8, 0, 1, 81, 128, 0, 0, 14, 16};
static const unsigned char opt_record[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
static const char search_zone[] = "\7cluster\5local";

static unsigned char *put(unsigned char *at, const void *octets, size_t count) {
  memcpy(at, octets, count);
  return at + count;
}

// Makes the reply of a query in place, with `added` octets of room behind it; its length, or 0 where there is none.
static size_t answer(unsigned char *message, size_t length) {
  if (length < header + 5 || (message[2] & 0x80)) return 0;
  size_t end = header;
  while (end < length && message[end] != 0) end += message[end] + 1u;
  end += 5;
  if (end > length) return 0;
  const char *name = (const char *)message + header + 1;
  size_t zone = end - 4 - sizeof search_zone;
  int is_search = zone >= header && zone < end &&
                  strncasecmp((char *)message + zone, search_zone, sizeof search_zone) == 0;
  int is_failure = strncasecmp(name, "fail", 4) == 0;
  if (strncasecmp(name, "silent", 6) == 0) return 0;
  int has_opt = message[11] == 1 && length >= end + sizeof opt_record && message[end] == 0 && message[end + 2] == 41;
  message[2] = (unsigned char)(0x80 | (message[2] & 1));                      // QR, and RD as it was
  message[3] = (unsigned char)(0x80 | (is_failure ? 2 : is_search ? 3 : 0));  // RA
  unsigned char *at = message + end;
  if (is_search) {
    const unsigned char pointer[] = {(unsigned char)(0xc0 | zone >> 8), (unsigned char)zone};
    at = put(put(at, pointer, sizeof pointer), soa_record, sizeof soa_record);
  } else if (!is_failure) {
    at = put(at, address_record, sizeof address_record);
  }
  if (has_opt) at = put(at, opt_record, sizeof opt_record);
  const unsigned char counts[] = {0, 1, 0, !is_search && !is_failure, 0, is_search, 0, (unsigned char)has_opt};
  memcpy(message + 4, counts, sizeof counts);
  return (size_t)(at - message);
}

static unsigned char buffers[batch][room + added];
static struct sockaddr_in clients[batch];
static struct iovec vectors[batch];
static struct mmsghdr messages[batch];

// Answers what has come over UDP, at most a batch.
static void serve_datagrams(int fd) {
  for (int i = 0; i < batch; i++) {
    vectors[i] = (struct iovec){buffers[i], room};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &clients[i], .msg_namelen = sizeof clients[i], .msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  int received = recvmmsg(fd, messages, batch, MSG_DONTWAIT, NULL);
  int replies = 0;
  for (int i = 0; i < received; i++) {
    size_t length = answer(buffers[i], messages[i].msg_len);
    if (length == 0) continue;
    vectors[i].iov_len = length;
    messages[replies++].msg_hdr = messages[i].msg_hdr;
  }
  for (int sent = 0; sent < replies;) {
    int done = sendmmsg(fd, messages + sent, (unsigned)(replies - sent), 0);
    sent += done > 0 ? done : 1;
  }
}

struct stream {
  size_t used;
  unsigned char in[stream_room];
};

static struct stream *streams[most_files];
static unsigned char out[4 * stream_room];

static void end_stream(int fd) {
  free(streams[fd]);
  streams[fd] = NULL;
  close(fd);
}

static void wait_for(int poll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

static void begin_stream(int poll, int listener) {
  int fd = accept(listener, NULL, NULL), on = 1;
  if (fd < 0) return;
  if (fd >= most_files || (streams[fd] = malloc(sizeof **streams)) == NULL) {
    close(fd);
    return;
  }
  streams[fd]->used = 0;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  wait_for(poll, fd);
}

// Answers the whole queries that have come over a TCP connection, with one write.
static void serve_stream(int fd) {
  struct stream *stream = streams[fd];
  ssize_t received = recv(fd, stream->in + stream->used, stream_room - stream->used, MSG_DONTWAIT);
  if (received <= 0) {
    end_stream(fd);
    return;
  }
  stream->used += (size_t)received;
  size_t at = 0;
  unsigned char *end = out;
  while (stream->used - at >= 2) {
    size_t length = (size_t)stream->in[at] << 8 | stream->in[at + 1];
    if (length > room) {
      end_stream(fd);
      return;
    }
    if (stream->used - at < 2 + length || end + 2 + length + added > out + sizeof out) break;
    memcpy(end + 2, stream->in + at + 2, length);
    at += 2 + length;
    size_t reply = answer(end + 2, length);
    if (reply == 0) continue;
    end[0] = (unsigned char)(reply >> 8);
    end[1] = (unsigned char)reply;
    end += 2 + reply;
  }
  stream->used -= at;
  memmove(stream->in, stream->in + at, stream->used);
  // It waits where the proxy does not read.
  for (unsigned char *from = out; from < end;) {
    ssize_t sent = send(fd, from, (size_t)(end - from), MSG_NOSIGNAL);
    if (sent <= 0) {
      end_stream(fd);
      return;
    }
    from += sent;
  }
}

static int listening(int type, uint16_t port) {
  int fd = socket(AF_INET, type, 0), size = receive_buffer, on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (type == SOCK_DGRAM) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  else setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
      (type == SOCK_STREAM && listen(fd, 1024) < 0)) {
    perror("listen");
    exit(1);
  }
  return fd;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: %s PORT\n", arguments[0]);
    return 2;
  }
  uint16_t port = (uint16_t)atoi(arguments[1]);
  int datagrams = listening(SOCK_DGRAM, port), listener = listening(SOCK_STREAM, port), poll = epoll_create1(0);
  wait_for(poll, datagrams);
  wait_for(poll, listener);
  for (;;) {
    struct epoll_event events[batch];
    int ready = epoll_wait(poll, events, batch, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == datagrams) serve_datagrams(fd);
      else if (fd == listener) begin_stream(poll, fd);
      else serve_stream(fd);
    }
  }
}
