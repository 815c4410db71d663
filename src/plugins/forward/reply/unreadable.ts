import { headerSize } from '../../../wire/codes.ts';
import { readUint16 } from '../../../wire/message.ts';
import { skipName } from '../../../wire/name.ts';

/** In words, why the records of a reply cannot be read. It has one question, which can. Linear in the message, whatever it holds. */
export function whyUnreadable(message: Uint8Array): string {
  const end = message.length;
  const count = readUint16(message, 6) + readUint16(message, 8) + readUint16(message, 10);
  let at = skipName(message, 0, headerSize, end) + 4;
  for (let i = 0; i < count; i++) {
    if (at === end) return `it has ${i} of ${count} records`;
    const nameEnd = skipName(message, 0, at, end);
    if (nameEnd < 0) return `the name of record ${i + 1} cannot be read`;
    const rdataStart = nameEnd + 10;
    at = rdataStart > end ? Infinity : rdataStart + readUint16(message, nameEnd + 8);
    if (at > end) return `record ${i + 1} goes beyond its end`;
  }
  return 'it cannot be read';
}
