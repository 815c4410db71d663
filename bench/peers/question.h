// Queries as the C programs of the benches send them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The most octets that `put_query` writes.
enum { most_query = 300 };

// In a name: the place of a number that no query has had before.
static const char number_mark[] = "############";

static inline int type_code(const char *type) {
  if (strcmp(type, "A") == 0) return 1;
  if (strcmp(type, "AAAA") == 0) return 28;
  if (strcmp(type, "SRV") == 0) return 33;
  fprintf(stderr, "unknown type %s\n", type);
  exit(2);
}

// Writes a query with RD and ID 0; returns its end.
static inline unsigned char *put_query(unsigned char *at, const char *name, int type) {
  memcpy(at, "\0\0\1\0\0\1\0\0\0\0\0\0", 12);
  at += 12;
  for (const char *label = name; *label != 0;) {
    size_t length = strcspn(label, ".");
    *at++ = (unsigned char)length;
    memcpy(at, label, length);
    at += length;
    label += length + (label[length] == '.');
  }
  const unsigned char end[] = {0, 0, (unsigned char)type, 0, 1};
  memcpy(at, end, sizeof end);
  return at + sizeof end;
}
