import { hostname } from 'node:os';
import { noBlock } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { NsidConfig } from './nsid.ts';

/** Every reply over UDP must have room for it, and for something else. */
const maxDataSize = 128;

/** `nsid [DATA...]`; several words are one text with spaces between them, as in CoreDNS. `ownHostname` is the name of this machine. */
export function parseNsid(
  directives: readonly Directive[],
  { problems }: ParseContext,
  ownHostname: () => string = hostname,
): NsidConfig {
  const directive = singleDirective(directives, problems);
  const [first] = directive?.args ?? [];
  if (!directive || !noBlock(directive, problems) || first === undefined) {
    return { data: Buffer.from(ownHostname()).subarray(0, maxDataSize).toString() || 'localhost' };
  }
  const data = directive.args.map(({ text }) => text).join(' ');
  const size = Buffer.byteLength(data);
  if (size === 0 || size > maxDataSize) {
    const message = `the data of nsid must have 1 to ${maxDataSize} octets, found ${size}`;
    problems.error('COREFILE_ARGUMENT', first.position, message);
  }
  return { data };
}
