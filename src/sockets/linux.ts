// Numbers of the Linux kernel that node:os does not have; the same on x64 and arm64.

export const addressFamily = { 4: 2, 6: 10 } as const;

export const AF_UNIX = 1;

export const socketType = { DGRAM: 2, NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const;

/** Levels and names of socket options. */
export const socketOption = {
  REUSEPORT: [1, 15],
  SNDBUF: [1, 7],
  RCVBUF: [1, 8],
  ERROR: [1, 4],
  IP_PKTINFO: [0, 8],
  IPV6_V6ONLY: [41, 26],
  IPV6_RECVPKTINFO: [41, 49],
} as const;

export const PR_SET_TIMERSLACK = 29;
export const MSG_DONTWAIT = 0x40;
export const POLLOUT = 4;
