/**
 * Requested for each UDP socket; the kernel gives no more than net.core.rmem_max and wmem_max. It counts twice
 * that, and some 768 octets for a small datagram.
 *
 * Room for some 1,300 queries: a burst, or what comes while the event loop is busy for some milliseconds, and five times what
 * name servers have that leave the buffer as it is. In overload it is always full, and each query waits for all that stand in
 * it: at five times the 20,000 queries a second that it could answer, a worker answered after 27 ms at the median, and after
 * 167 ms with 4 MiB, without answering more.
 */
export const receiveBufferBytes = 512 * 1024;

/** Replies that clients have not taken yet. */
export const sendBufferBytes = 4 * 1024 * 1024;
