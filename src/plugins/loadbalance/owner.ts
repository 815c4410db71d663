/** More labels than a name can have; ends a name that points at itself. */
const maxSteps = 128;

/**
 * Whether two names of a message are equal without regard to case, compression pointers followed (RFC 1035 sections
 * 2.3.3 and 4.1.4). False for names that are malformed. At most 128 labels and pointers of each are looked at.
 */
export function isSameName(bytes: Uint8Array, start: number, end: number, left: number, right: number): boolean {
  for (let step = 0; step < maxSteps; step++) {
    left = followPointers(bytes, start, end, left);
    right = followPointers(bytes, start, end, right);
    if (left < 0 || right < 0) return false;
    if (left === right) return true;
    const length = bytes[left]!;
    if (length !== bytes[right]! || length > 63) return false;
    if (length === 0) return true;
    if (left + length >= end || right + length >= end) return false;
    for (let i = 1; i <= length; i++) {
      if (lowerCase(bytes[left + i]!) !== lowerCase(bytes[right + i]!)) return false;
    }
    left += length + 1;
    right += length + 1;
  }
  return false;
}

/** Index of the first octet at or behind `at` that is no pointer, or -1. Each pointer must point backwards. */
function followPointers(bytes: Uint8Array, start: number, end: number, at: number): number {
  for (let step = 0; step < maxSteps; step++) {
    if (at >= end) return -1;
    if (bytes[at]! < 0xc0) return at;
    if (at + 2 > end) return -1;
    const target = start + (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!);
    if (target >= at) return -1;
    at = target;
  }
  return -1;
}

function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
