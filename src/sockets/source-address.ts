// The control message that says to which address a datagram was sent (IP_PKTINFO, IPV6_PKTINFO), and that, given to the
// kernel along with the reply, makes it leave from there:
//
//     struct cmsghdr [length 8][level 4][type 4]   struct in_pktinfo  [interface 4][source 4][destination 4]
//                                                  struct in6_pktinfo [address 16][interface 4]

/** Octets of the control message with its padding. */
export const controlSize = { 4: 32, 6: 40 } as const;

const dataLength = { 4: 12, 6: 20 } as const;
const levelAndType = { 4: [0, 8], 6: [41, 50] } as const;
const headerSize = 16;
const interfaceAt = { 4: headerSize, 6: headerSize + 16 } as const;

/** Lets the kernel choose source and interface. */
export function writeAnySource(bytes: Uint8Array, at: number, family: 4 | 6): void {
  bytes.fill(0, at, at + controlSize[family]);
  const [level, type] = levelAndType[family];
  bytes[at] = headerSize + dataLength[family];
  bytes[at + 8] = level;
  bytes[at + 12] = type;
}

/**
 * Turns what was received with a query into what is sent with its reply. The interface is not kept, so that routes decide,
 * but where the address means nothing without it. What came to a group can not leave from there.
 */
export function turnAround(bytes: Uint8Array, at: number, family: 4 | 6): void {
  if (family === 6) {
    const first = bytes[at + headerSize]!;
    if (first === 0xff) {
      writeAnySource(bytes, at, family);
      return;
    }
    const isLinkLocal = first === 0xfe && (bytes[at + headerSize + 1]! & 0xc0) === 0x80;
    if (isLinkLocal) return;
  }
  const index = at + interfaceAt[family];
  bytes[index] = bytes[index + 1] = bytes[index + 2] = bytes[index + 3] = 0;
}
