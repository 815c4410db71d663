// Asks a server on 127.0.0.1 over UDP at a rate that does not depend on its replies, from many sockets.
//
//   flood PORT FILE SECONDS RATE
//
// FILE has lines `NAME TYPE`, as for load.c: twelve # in a row are another number in each query. Queries of one length leave
// together, as one message that the kernel cuts (UDP_SEGMENT): that costs a third of what single ones cost, so that one processor
// can ask more than another can answer. Prints one line of JSON: how many were asked, how many replies came within a second, by
// response code, and how many came later.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "../peers/question.h"

enum {
  sockets = 64,
  ids = 65536,
  // Queries that leave as one message.
  most_segments = 32,
  batch = 64,
  room = 1500,
  socket_buffer = 32 << 20,
  in_time_ms = 1000,
};

struct question {
  unsigned char octets[most_query];
  size_t length;
  size_t number;  // Where it has its number; 0 where it has none.
};

static struct question *questions;
static size_t count;
// Where in `questions` each message begins; all of a message have one length.
static size_t *messages;
static size_t message_count;

static int fds[sockets];
static uint16_t next_id[sockets];
// When each query left, in ms since the start and 1; 0 where none is under way.
static uint32_t sent_at[sockets][ids];
static int64_t next_number, begin_ns;
static size_t asked, refused, late, rcodes[16];
static unsigned char buffers[batch][room];

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint32_t now_ms(void) { return (uint32_t)((now_ns() - begin_ns) / 1000000) + 1; }

static void add_question(const char *name, int type) {
  questions = realloc(questions, (count + 1) * sizeof *questions);
  if (questions == NULL) exit(1);
  struct question *q = &questions[count++];
  q->length = (size_t)(put_query(q->octets, name, type) - q->octets);
  unsigned char *number = memmem(q->octets, q->length, number_mark, strlen(number_mark));
  q->number = number == NULL ? 0 : (size_t)(number - q->octets);
}

static int by_length(const void *a, const void *b) {
  const struct question *x = a, *y = b;
  return (x->length > y->length) - (x->length < y->length);
}

static void read_questions(const char *file) {
  FILE *stream = fopen(file, "r");
  if (stream == NULL) {
    perror(file);
    exit(1);
  }
  char name[256], type[16];
  while (fscanf(stream, "%255s %15s", name, type) == 2)
    add_question(name, type_code(type));
  fclose(stream);
  qsort(questions, count, sizeof *questions, by_length);
  messages = calloc(count + 1, sizeof *messages);
  for (size_t i = 0; i < count; i++) {
    size_t last = message_count == 0 ? 0 : messages[message_count - 1];
    if (i == 0 || questions[i].length != questions[last].length || i - last == most_segments)
      messages[message_count++] = i;
  }
  messages[message_count] = count;
}

// Sends a message of questions over a socket.
static void ask(size_t message, int socket) {
  static unsigned char octets[most_segments * most_query];
  size_t first = messages[message], end = message + 1 < message_count ? messages[message + 1] : count;
  size_t length = questions[first].length, used = 0;
  uint32_t now = now_ms();
  for (size_t i = first; i < end; i++) {
    struct question *q = &questions[i];
    uint16_t id = next_id[socket]++;
    memcpy(octets + used, q->octets, length);
    octets[used] = (unsigned char)(id >> 8);
    octets[used + 1] = (unsigned char)id;
    if (q->number != 0) {
      int64_t number = next_number++;
      for (size_t k = strlen(number_mark); k-- > 0; number >>= 4)
        octets[used + q->number + k] = (unsigned char)"0123456789abcdef"[number & 15];
    }
    sent_at[socket][id] = now;
    used += length;
  }
  char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
  struct iovec vector = {octets, used};
  struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *segment = CMSG_FIRSTHDR(&header);
  *segment = (struct cmsghdr){.cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(sizeof(uint16_t))};
  uint16_t size = (uint16_t)length;
  memcpy(CMSG_DATA(segment), &size, sizeof size);
  if (sendmsg(fds[socket], &header, 0) < 0) refused += end - first;
  asked += end - first;
}

static void take(int socket) {
  static struct mmsghdr in[batch];
  static struct iovec vectors[batch];
  int received;
  do {
    for (int i = 0; i < batch; i++) {
      vectors[i] = (struct iovec){buffers[i], room};
      in[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    received = recvmmsg(fds[socket], in, batch, MSG_DONTWAIT, NULL);
    uint32_t now = now_ms();
    for (int i = 0; i < received; i++) {
      if (in[i].msg_len < 12) continue;
      uint32_t *at = &sent_at[socket][(size_t)buffers[i][0] << 8 | buffers[i][1]];
      if (*at == 0) continue;
      if (now - *at <= in_time_ms) rcodes[buffers[i][3] & 15]++;
      else late++;
      *at = 0;
    }
  } while (received == batch);
}

int main(int arguments_count, char **arguments) {
  if (arguments_count != 5) {
    fprintf(stderr, "usage: %s PORT FILE SECONDS RATE\n", arguments[0]);
    return 2;
  }
  read_questions(arguments[2]);
  double seconds = atof(arguments[3]), rate = atof(arguments[4]);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < sockets; i++) {
    int size = socket_buffer;
    fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
    if (setsockopt(fds[i], SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
      setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (fds[i] < 0 || connect(fds[i], (struct sockaddr *)&address, sizeof address) < 0) {
      perror("connect");
      return 1;
    }
  }
  struct timespec wall;
  clock_gettime(CLOCK_REALTIME, &wall);
  // Nobody asks a million questions a second for long, so that the next run begins behind the last number.
  next_number = (int64_t)wall.tv_sec * 1000000 + wall.tv_nsec / 1000;
  begin_ns = now_ns();
  srandom(1);
  int64_t end = begin_ns + (int64_t)(seconds * 1e9);
  size_t turn = 0;
  double due = 0;
  for (int64_t before = begin_ns, now = begin_ns; now < end; before = now, now = now_ns()) {
    due += (double)(now - before) / 1e9 * rate;
    // What it could not send for longer than 10 ms it does not make up for.
    if (due > rate / 100) due = rate / 100;
    for (int i = 0; due > 0 && i < sockets; i++, turn++) {
      size_t sent = asked;
      ask((size_t)random() % message_count, (int)(turn % sockets));
      due -= (double)(asked - sent);
    }
    for (int i = 0; i < sockets; i++) take(i);
    struct timespec pause = {0, 200000};
    if (due <= 0) nanosleep(&pause, NULL);
  }
  int64_t last = now_ns() + (int64_t)in_time_ms * 1000000;
  while (now_ns() < last) {
    for (int i = 0; i < sockets; i++) take(i);
    struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  printf("{\"asked\":%zu,\"refused\":%zu,\"late\":%zu,\"seconds\":%.3f,\"rcodes\":[", asked, refused, late, seconds);
  for (int i = 0; i < 16; i++) printf("%s%zu", i == 0 ? "" : ",", rcodes[i]);
  printf("]}\n");
  return 0;
}
