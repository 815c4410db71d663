import { clientSubnetOption } from '../../../wire/client-subnet.ts';
import { optionHeadSize } from '../../../wire/edns.ts';
import { extendedErrorOption } from '../../../wire/extended-error.ts';
import { readUint16, type RecordPosition } from '../../../wire/message.ts';

/** A code of two octets comes first, and text may follow. */
const minValue = 2;
/** Octets of all of them together: they explain a code to people, and no reply should become long by it. */
const maxOctets = 256;

/**
 * Moves what of an OPT record is meant for the client to the front of its RDATA, and returns its octets; the others are
 * overwritten, or stay behind them: Extended DNS Errors and, with `withSubnet`, the client's subnet. Those that are malformed, or
 * too many, are left out. The options were found to be sound.
 */
export function gatherClientOptions(message: Uint8Array, opt: RecordPosition, withSubnet: boolean): number {
  let size = 0;
  let next: number;
  for (let at = opt.rdataStart; at < opt.end; at = next) {
    const code = readUint16(message, at);
    const length = readUint16(message, at + 2);
    next = at + optionHeadSize + length;
    const isWanted = code === extendedErrorOption ? length >= minValue : withSubnet && code === clientSubnetOption;
    if (!isWanted || size + optionHeadSize + length > maxOctets) continue;
    message.copyWithin(opt.rdataStart + size, at, next);
    size += optionHeadSize + length;
  }
  return size;
}
