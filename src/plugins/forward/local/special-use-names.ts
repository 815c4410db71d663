import { rcode, rrType } from '../../../wire/codes.ts';
import { encodeName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import { zoneList, ZoneMap } from '../../../wire/zone-map.ts';
import type { ForwardLine } from '../config.ts';
import { localReply, type LocalRecord, type LocalZone } from './local-reply.ts';

/** A top-level domain, all names of which have the same records. */
interface SpecialUseZone extends LocalZone {
  readonly records: readonly LocalRecord[];
}

const loopback: readonly LocalRecord[] = [
  { type: rrType.A, rdata: Uint8Array.of(127, 0, 0, 1) },
  { type: rrType.AAAA, rdata: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
];

/** Names that mean nothing to another server (RFC 6761 sections 6.3 and 6.4, RFC 7686 section 2). */
const specialUseZones = new ZoneMap<SpecialUseZone>([
  ['localhost', { name: encodeName('localhost')!, code: rcode.NOERROR, records: loopback }],
  ['invalid', { name: encodeName('invalid')!, code: rcode.NXDOMAIN, records: [] }],
  ['onion', { name: encodeName('onion')!, code: rcode.NXDOMAIN, records: [] }],
]);

/** The special-use names that a `forward` line answers itself. */
export class SpecialUseNames {
  /** Zones that somebody wrote into the Corefile: special-use names below these are forwarded as it says. */
  readonly #configured: ZoneMap<true>;
  readonly #isOn: boolean;

  /** `blockZones` are those of the server block. */
  constructor({ from, specialNames }: ForwardLine, blockZones: readonly string[]) {
    this.#isOn = specialNames;
    this.#configured = zoneList([...blockZones, ...from].filter((zone) => zone !== '.'));
  }

  /** The zone of a query, whose name was read and which the line takes, that `specialUseReply` answers. */
  find(query: Query): SpecialUseZone | undefined {
    const found = this.#isOn ? specialUseZones.find(query) : undefined;
    return found && !this.#configured.contains(query) ? found.value : undefined;
  }
}

/** The answer of this server itself. */
export function specialUseReply(query: Query, zone: SpecialUseZone): number {
  return localReply(query, zone, zone.records);
}
