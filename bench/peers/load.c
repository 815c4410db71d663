// Asks a server on 127.0.0.1 over UDP, for what dnsperf cannot do.
//
//   load PORT FILE SECONDS rate N     N queries a second, whatever the server does, and the latencies of the replies
//   load PORT FILE SECONDS window N   as fast as it can with N queries under way: batches cost it less than dnsperf
//
// FILE has lines `NAME TYPE`. Where NAME has twelve # in a row, each query has another number there, which no earlier run
// has had. Prints one line of JSON. A latency is from just before the query was handed to the kernel
// until the kernel had its reply (SO_TIMESTAMPNS), so that how soon this program runs again is in no figure. In `rate` it
// sleeps between queries and never waits for a reply, so that no server pays for waking it up. What it could not send while
// something kept it from running it does not make up for in a burst: that would be another load than the one asked for. How
// often and how long that was is told too.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "question.h"

enum {
  batch = 64,
  room = 1500,
  ids = 65536,
  socket_buffer = 4 << 20,
  grace_ms = 500,
  stalled_ms = 100,
  kept_ns = 500000,
  most_samples = 16 << 20,
};

static unsigned char *bytes;
static size_t used, space;
static size_t *offsets;
// Where in `bytes` a question has its number; 0 where it has none.
static size_t *numbers;
static int64_t next_number;
static size_t questions, question_space;

static int64_t sent_at[ids];
static uint32_t *latencies;
static size_t replies, asked;
static size_t kept;
static int64_t kept_for_ns;
static size_t rcodes[16];

static unsigned char in_buffers[batch][room], controls[batch][64];
static struct iovec in_vectors[batch], out_vectors[batch];
static struct mmsghdr in[batch], out[batch];

static void *need(void *memory) {
  if (memory == NULL) {
    perror("memory");
    exit(1);
  }
  return memory;
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void add_question(const char *name, int type) {
  if (space - used < 512) bytes = need(realloc(bytes, space = space * 2 + 4096));
  if (questions + 1 >= question_space) {
    question_space = question_space * 2 + 1024;
    offsets = need(realloc(offsets, question_space * sizeof *offsets));
    numbers = need(realloc(numbers, question_space * sizeof *numbers));
  }
  offsets[questions++] = used;
  unsigned char *at = bytes + used;
  at = put_query(at, name, type);
  unsigned char *number = memmem(bytes + used, (size_t)(at - bytes) - used, number_mark, strlen(number_mark));
  numbers[questions - 1] = number == NULL ? 0 : (size_t)(number - bytes);
  used = (size_t)(at - bytes);
  offsets[questions] = used;
}

static void read_questions(const char *file) {
  FILE *stream = fopen(file, "r");
  if (stream == NULL) {
    perror(file);
    exit(1);
  }
  char name[256], type[16];
  while (fscanf(stream, "%255s %15s", name, type) == 2) add_question(name, type_code(type));
  fclose(stream);
  if (questions == 0) {
    fprintf(stderr, "%s has no questions\n", file);
    exit(1);
  }
}

static void write_number(unsigned char *at) {
  int64_t number = next_number++;
  for (size_t i = strlen(number_mark); i-- > 0; number >>= 4) at[i] = (unsigned char)"0123456789abcdef"[number & 15];
}

// Sends so many of the next questions, at most a batch.
static void ask(int fd, int count) {
  int64_t now = now_ns();
  for (int i = 0; i < count; i++) {
    size_t index = (asked + (size_t)i) % questions, id = (asked + (size_t)i) % ids;
    unsigned char *message = bytes + offsets[index];
    message[0] = (unsigned char)(id >> 8);
    message[1] = (unsigned char)id;
    if (numbers[index] != 0) write_number(bytes + numbers[index]);
    out_vectors[i] = (struct iovec){message, offsets[index + 1] - offsets[index]};
    sent_at[id] = now;
  }
  // What the kernel does not take is as good as lost.
  for (int done = 0; done < count;) {
    int taken = sendmmsg(fd, out + done, (unsigned)(count - done), 0);
    done += taken > 0 ? taken : 1;
  }
  asked += (size_t)count;
}

static int64_t arrival(struct msghdr *message) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec t;
    memcpy(&t, CMSG_DATA(c), sizeof t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
  }
  return now_ns();
}

// Takes the replies that are there; how many.
static int take(int fd, int flags) {
  for (int i = 0; i < batch; i++) {
    in_vectors[i] = (struct iovec){in_buffers[i], room};
    in[i].msg_hdr = (struct msghdr){
        .msg_iov = &in_vectors[i], .msg_iovlen = 1, .msg_control = controls[i], .msg_controllen = sizeof controls[i]};
  }
  int received = recvmmsg(fd, in, batch, flags, NULL);
  int known = 0;
  for (int i = 0; i < received; i++) {
    if (in[i].msg_len < 12) continue;
    size_t id = (size_t)in_buffers[i][0] << 8 | in_buffers[i][1];
    if (sent_at[id] == 0) continue;
    int64_t took = arrival(&in[i].msg_hdr) - sent_at[id];
    sent_at[id] = 0;
    rcodes[in_buffers[i][3] & 15]++;
    if (replies < most_samples) latencies[replies] = (uint32_t)(took < 0 ? 0 : took);
    replies++;
    known++;
  }
  return received < 0 ? -1 : known;
}

static void ask_at_rate(int fd, double per_second, double seconds) {
  int64_t begin = now_ns();
  int64_t total = (int64_t)(per_second * seconds);
  while ((int64_t)asked < total) {
    int64_t now = now_ns();
    int64_t due = begin + (int64_t)((double)asked * 1e9 / per_second);
    if (now - due > kept_ns) {
      kept++;
      kept_for_ns += now - due;
      begin += now - due;
      due = now;
    }
    while (due <= now && (int64_t)asked < total) {
      ask(fd, 1);
      now = now_ns();
      due = begin + (int64_t)((double)asked * 1e9 / per_second);
    }
    while (take(fd, MSG_DONTWAIT) == batch);
    struct timespec until = {due / 1000000000, due % 1000000000};
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
  }
}

static void ask_with_window(int fd, size_t window, double seconds) {
  int64_t end = now_ns() + (int64_t)(seconds * 1e9);
  struct timeval stalled = {0, stalled_ms * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &stalled, sizeof stalled);
  size_t under_way = 0;
  while (now_ns() < end) {
    while (under_way < window) {
      int count = (int)(window - under_way < batch ? window - under_way : batch);
      ask(fd, count);
      under_way += (size_t)count;
    }
    int received = take(fd, MSG_WAITFORONE);
    // Nothing for so long: what is under way is lost.
    if (received < 0) under_way = 0;
    else under_way -= (size_t)received < under_way ? (size_t)received : under_way;
  }
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void print_percentiles(const char *name, uint32_t *values, size_t count) {
  static const double shares[] = {0.5, 0.9, 0.99, 0.999, 1};
  static const char *labels[] = {"p50", "p90", "p99", "p999", "max"};
  if (count > most_samples) count = most_samples;
  qsort(values, count, sizeof *values, ascending);
  printf(",\"%s\":{", name);
  for (int i = 0; i < 5; i++) {
    size_t index = (size_t)((double)count * shares[i]);
    double us = count == 0 ? 0 : values[index < count ? index : count - 1] / 1000.0;
    printf("%s\"%s\":%.1f", i == 0 ? "" : ",", labels[i], us);
  }
  printf("}");
}

int main(int count, char **arguments) {
  int is_rate = count == 6 && strcmp(arguments[4], "rate") == 0;
  if (count != 6 || (!is_rate && strcmp(arguments[4], "window") != 0)) {
    fprintf(stderr, "usage: %s PORT FILE SECONDS rate|window N\n", arguments[0]);
    return 2;
  }
  double seconds = atof(arguments[3]), amount = atof(arguments[5]);
  read_questions(arguments[2]);
  // Nobody asks a million questions a second for long, so that the next run begins behind the last number.
  next_number = now_ns() / 1000;
  latencies = need(calloc(most_samples, sizeof *latencies));
  int fd = socket(AF_INET, SOCK_DGRAM, 0), size = socket_buffer, on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (is_rate) setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    perror("connect");
    return 1;
  }
  for (int i = 0; i < batch; i++) out[i].msg_hdr = (struct msghdr){.msg_iov = &out_vectors[i], .msg_iovlen = 1};
  // Before all that shares this processor, where that is allowed; it sleeps nearly all the time.
  prctl(PR_SET_TIMERSLACK, 1);
  struct sched_param priority = {.sched_priority = 1};
  int is_realtime = is_rate && sched_setscheduler(0, SCHED_FIFO, &priority) == 0;

  int64_t begin = now_ns();
  if (is_rate) ask_at_rate(fd, amount, seconds);
  else ask_with_window(fd, (size_t)amount, seconds);
  double took = (double)(now_ns() - begin) / 1e9;
  int64_t last = now_ns() + (int64_t)grace_ms * 1000000;
  while (replies < asked && now_ns() < last) {
    if (take(fd, MSG_DONTWAIT) > 0) continue;
    struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }

  printf("{\"asked\":%zu,\"replied\":%zu,\"seconds\":%.6f,\"realtime\":%s,\"rcodes\":[", asked, replies, took,
         is_realtime ? "true" : "false");
  for (int i = 0; i < 16; i++) printf("%s%zu", i == 0 ? "" : ",", rcodes[i]);
  printf("]");
  print_percentiles("latencyUs", latencies, replies);
  printf(",\"kept\":{\"times\":%zu,\"ms\":%.3f}}\n", kept, (double)kept_for_ns / 1e6);
  return 0;
}
