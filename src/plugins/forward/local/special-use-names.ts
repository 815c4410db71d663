import { rcode, rrType } from '../../../wire/codes.ts';
import { encodeName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import type { ForwardLine } from '../config.ts';
import { localReply, type LocalRecord, type LocalZone } from './local-reply.ts';
import { isBelowAny } from '../zone-match.ts';

/** A top-level domain, all names of which have the same records. */
interface SpecialUseZone extends LocalZone {
  readonly records: readonly LocalRecord[];
}

const loopback: readonly LocalRecord[] = [
  { type: rrType.A, rdata: Uint8Array.of(127, 0, 0, 1) },
  { type: rrType.AAAA, rdata: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
];

/** Names that mean nothing to another server (RFC 6761 sections 6.3 and 6.4, RFC 7686 section 2). No two are equally long. */
const specialZones: readonly SpecialUseZone[] = [
  { name: encodeName('localhost')!, code: rcode.NOERROR, records: loopback },
  { name: encodeName('invalid')!, code: rcode.NXDOMAIN, records: [] },
  { name: encodeName('onion')!, code: rcode.NXDOMAIN, records: [] },
];

/** By the length of the label: one look-up rules out nearly every name. */
const byLength = Array.from({ length: 64 }, (_, length) => specialZones.find(({ name }) => name[0] === length));

/** The special-use names that a `forward` line answers itself. */
export class SpecialUseNames {
  /** Zones that somebody wrote into the Corefile: what is special below these is forwarded as he says. */
  readonly #named: readonly Uint8Array[];
  readonly #isOn: boolean;

  /** `blockZones` are those of the server block. */
  constructor({ from, specialNames }: ForwardLine, blockZones: readonly string[]) {
    this.#isOn = specialNames;
    this.#named = [...blockZones, ...from].filter((zone) => zone !== '.').map((zone) => encodeName(zone)!);
  }

  /** The zone of a query, whose name was read and which the line takes, that `specialReply` answers. */
  find(query: Query): SpecialUseZone | undefined {
    const { lower, labels, labelCount } = query;
    if (!this.#isOn || labelCount === 0) return undefined;
    const start = labels[labelCount - 1]!;
    const zone = byLength[lower[start]!];
    if (zone === undefined) return undefined;
    const { name } = zone;
    for (let i = 1; i < name.length; i++) if (lower[start + i] !== name[i]) return undefined;
    return isBelowAny(query, this.#named) ? undefined : zone;
  }
}

/** The answer from here. */
export function specialUseReply(query: Query, zone: SpecialUseZone): number {
  return localReply(query, zone, zone.records);
}
