// The control message that makes the kernel cut a message into datagrams of so many octets each (UDP_SEGMENT, udp(7), from
// Linux 4.18 on):
//
//     struct cmsghdr [length 8][level 4][type 4]   [octets 2][padding 6]

/** Octets of the control message with its padding. */
export const segmentSizeControl = 24;

const headerSize = 16;
const SOL_UDP = 17;
const UDP_SEGMENT = 103;

/** Writes it without the size. */
export function writeSegmentControl(bytes: Uint8Array, at: number): void {
  bytes[at] = headerSize + 2;
  bytes[at + 8] = SOL_UDP;
  bytes[at + 12] = UDP_SEGMENT;
}

/** Sets the octets of a segment, at most 65,535, in the control message that begins at `at`. */
export function setSegmentSize(bytes: Uint8Array, at: number, octets: number): void {
  bytes[at + headerSize] = octets;
  bytes[at + headerSize + 1] = octets >> 8;
}
