// Asks a server on 127.0.0.1 over TCP, each query over a connection of its own, with so many connections at a time.
//
//   connections PORT FILE SECONDS CONNECTIONS
//
// FILE has lines `NAME TYPE`. A connection that has no reply within two seconds is given up. Prints one line of JSON: how many
// connections were begun, how many replies came within a second, how many later, and how many connections failed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../peers/question.h"

enum { in_time_ms = 1000, patience_ms = 2000, batch = 256, most_files = 65536, most_new = 256 };

struct connection {
  int64_t since_ms;  // 0: not open.
  int has_asked;
};

static struct connection connections[most_files];
static unsigned char (*queries)[2 + most_query];
static size_t *lengths, count, next_query;
static struct sockaddr_in address;
static int poll_fd, open_count;
static size_t begun, in_time, late, failed;

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void read_questions(const char *file) {
  FILE *stream = fopen(file, "r");
  if (stream == NULL) {
    perror(file);
    exit(1);
  }
  char name[256], type[16];
  while (fscanf(stream, "%255s %15s", name, type) == 2) {
    queries = realloc(queries, (count + 1) * sizeof *queries);
    lengths = realloc(lengths, (count + 1) * sizeof *lengths);
    if (queries == NULL || lengths == NULL) exit(1);
    unsigned char *start = queries[count], *at = put_query(start + 2, name, type_code(type));
    start[0] = 0;
    start[1] = (unsigned char)(at - start - 2);
    lengths[count++] = (size_t)(at - start);
  }
  fclose(stream);
}

static void end_connection(int fd) {
  // A reset: no port waits for the end of it.
  struct linger none = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close(fd);
  connections[fd].since_ms = 0;
  open_count--;
}

static int begin_connection(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) return 0;
  if (fd >= most_files || (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)) {
    close(fd);
    failed++;
    return 0;
  }
  connections[fd] = (struct connection){now_ms(), 0};
  open_count++;
  begun++;
  struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
  return 1;
}

static void go_on(int fd, uint32_t events) {
  struct connection *connection = &connections[fd];
  if (!connection->has_asked) {
    size_t query = next_query++ % count;
    if ((events & EPOLLERR) || send(fd, queries[query], lengths[query], MSG_NOSIGNAL) < 0) {
      failed++;
      end_connection(fd);
      return;
    }
    connection->has_asked = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, fd, &event);
    return;
  }
  unsigned char reply[1500];
  ssize_t received = recv(fd, reply, sizeof reply, 0);
  // Replies are small, and come whole.
  if (received < 14 || (reply[5] & 15) != 0) failed++;
  else if (now_ms() - connection->since_ms <= in_time_ms) in_time++;
  else late++;
  end_connection(fd);
}

int main(int arguments_count, char **arguments) {
  if (arguments_count != 5) {
    fprintf(stderr, "usage: %s PORT FILE SECONDS CONNECTIONS\n", arguments[0]);
    return 2;
  }
  read_questions(arguments[2]);
  int seconds = atoi(arguments[3]), wanted = atoi(arguments[4]);
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poll_fd = epoll_create1(0);
  int64_t end = now_ms() + seconds * 1000, checked = now_ms();
  while (now_ms() < end) {
    for (int i = 0; open_count < wanted && i < most_new; i++)
      if (!begin_connection()) break;
    struct epoll_event events[batch];
    int ready = epoll_wait(poll_fd, events, batch, open_count < wanted ? 0 : 10);
    for (int i = 0; i < ready; i++)
      if (connections[events[i].data.fd].since_ms != 0) go_on(events[i].data.fd, events[i].events);
    int64_t now = now_ms();
    if (now - checked < 100) continue;
    checked = now;
    for (int fd = 0; fd < most_files; fd++) {
      if (connections[fd].since_ms == 0 || now - connections[fd].since_ms < patience_ms) continue;
      failed++;
      end_connection(fd);
    }
  }
  printf("{\"begun\":%zu,\"inTime\":%zu,\"late\":%zu,\"failed\":%zu,\"seconds\":%d}\n", begun, in_time, late, failed, seconds);
  return 0;
}
