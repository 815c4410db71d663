/** The same memory, to be read and written in numbers of several octets. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The octets of a word with ASCII letters in lower case; all others, of 0x80 and above as well, stay as they are. */
export function lowerCase(word: number): number {
  const sevenBits = word & 0x7f7f7f7f;
  // The highest bit of an octet becomes 1 from `A`, and from what follows `Z`.
  const isUpper = (sevenBits + 0x3f3f3f3f) & ~(sevenBits + 0x25252525) & ~word & 0x80808080;
  return word | (isUpper >>> 2);
}
