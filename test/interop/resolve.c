/* Resolves names as a program does, with the C library that it is built with: prints each name with its addresses, or why not. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void print_addresses(const char *name) {
    struct addrinfo hints, *list = NULL;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    int error = getaddrinfo(name, NULL, &hints, &list);
    printf("%s", name);
    if (error != 0) printf(" %s", gai_strerror(error));
    for (struct addrinfo *each = list; each != NULL; each = each->ai_next) {
        char text[INET6_ADDRSTRLEN];
        const void *address = each->ai_family == AF_INET
            ? (const void *)&((struct sockaddr_in *)each->ai_addr)->sin_addr
            : (const void *)&((struct sockaddr_in6 *)each->ai_addr)->sin6_addr;
        printf(" %s", inet_ntop(each->ai_family, address, text, sizeof text));
    }
    printf("\n");
    if (list != NULL) freeaddrinfo(list);
}

int main(int count, char **names) {
    for (int i = 1; i < count; i++) print_addresses(names[i]);
    return 0;
}
