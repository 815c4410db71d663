import { encodeName } from '../../wire/name.ts';
import { longestZone } from '../../wire/zone-text.ts';
import { below, sortedNames, type Remark, type RRset, type Served } from './served.ts';
import { ZoneNames } from './zone-names.ts';

/** A zone as another name server loads it. */
export interface ZoneFile {
  /** Absolute. */
  readonly apex: string;
  /** The whole file, records and comments. */
  readonly text: string;
}

export interface ZoneFiles {
  readonly zones: readonly ZoneFile[];
  /** Comments on what is in no zone, a line each. */
  readonly remarks: readonly string[];
}

/** What the SOA and NS records of zones that are not own ones say. */
export interface ZoneFileOptions {
  readonly ownZones: readonly string[];
  readonly serverAddresses: readonly string[];
  readonly serial: number;
  /** Seconds. */
  readonly ttl: number;
  readonly negativeTtl: number;
}

/** A zone without an address for its name server does not load; this one can be queried on the machine itself. */
const lastResort = ['127.0.0.1'];
/** BIND's default of max-records-per-type. */
const manyRecords = 100;

/** What is in a zone so far. */
interface Draft {
  readonly apex: string;
  readonly rrsets: RRset[];
  readonly comments: string[];
}

/**
 * Records as zones. What lies below an own zone is in that one; every other host is the apex of a zone of its own, unless
 * it is below another such host, and so is every reverse name: so nothing is taken from anybody that is not served.
 * Each has SOA and NS, and an address for its name server. What has no form in a zone becomes a comment: host names
 * that are resolved on demand, forwarded and hidden hosts, SRV records and endpoint names of wildcards, and
 * what a wildcard means to a zone but not here, or the other way round (RFC 4592).
 */
export function zoneFiles(list: Iterable<Served>, options: ZoneFileOptions): ZoneFiles {
  const rrsets: RRset[] = [];
  const remarks: Remark[] = [];
  for (const served of list) {
    if (served.kind === 'rrset') rrsets.push(served.rrset);
    else remarks.push(served.remark);
  }
  const apexes = apexesOf(rrsets, options.ownZones);
  const drafts = new Map<string, Draft>();
  for (const apex of sortedNames([...apexes])) drafts.set(apex, { apex, rrsets: [], comments: [] });
  const loose: string[] = [];
  const comment = (name: string, text: string): void => {
    const draft = drafts.get(zoneOfName(name, apexes) ?? '');
    (draft?.comments ?? loose).push(`; ${name} ${text}`);
  };

  for (const { name, note } of remarks) comment(name, note);
  for (const rrset of rrsets) {
    const { name, type, data, endpointHostnames = [] } = rrset;
    if (endpointHostnames.length > 0)
      comment(name, `${type}: and the addresses of ${endpointHostnames.join(' ')}, resolved when it is asked for`);
    if (data.length === 0) continue;
    const draft = drafts.get(zoneOfName(name, apexes) ?? '');
    const problem = draft ? zoneProblem(rrset) : 'is a wildcard in no zone that is served';
    if (draft && problem === undefined) draft.rrsets.push(rrset);
    else for (const each of data) comment(name, `${type} ${each}: ${problem!}`);
  }
  const children = childrenOf(apexes);
  const zones = [...drafts.values()].map((draft) => {
    addServer(draft, children.get(draft.apex) ?? [], options);
    return { apex: draft.apex, text: zoneText(draft, apexes) };
  });
  return { zones, remarks: loose };
}

/** The own zones, and the topmost names outside of them that have records. */
function apexesOf(rrsets: readonly RRset[], ownZones: readonly string[]): Set<string> {
  const apexes = new Set(ownZones);
  const outside = rrsets.filter(({ host, data }) => data.length > 0 && !isWild(host) && !zoneOfName(host, apexes));
  // Upper names come first, so that a host below another finds it.
  for (const host of sortedNames([...new Set(outside.map((rrset) => rrset.host))])) {
    if (!zoneOfName(host, apexes) && encodeName(`hostmaster.${host}`)) apexes.add(host);
  }
  return apexes;
}

/** The longest zone that an absolute name is at or below. */
function zoneOfName(name: string, zones: ReadonlySet<string>): string | undefined {
  return longestZone(isWild(name) ? name.slice(2) : name, (zone) => zones.has(zone));
}

function isWild(name: string): boolean {
  return name.startsWith('*.');
}

/** Why a record has no place in a zone; `undefined` where it has. */
export function zoneProblem({ name, type, data }: RRset): string | undefined {
  if (name.includes('.*.')) return 'a name with the labels that are asked for in its middle';
  if (isWild(name) && type === 'SRV') return 'the target is the name that is asked for';
  if ((type === 'A' || type === 'AAAA' || type === 'CNAME') && !isHostName(name))
    return 'no host name (RFC 952), which name servers refuse';
  const hasTargets = type === 'SRV' || type === 'PTR' || type === 'CNAME';
  const targets = hasTargets ? data.map((each) => each.slice(each.lastIndexOf(' ') + 1)) : [];
  return targets.every(isHostName) ? undefined : 'its target is no host name (RFC 952), which name servers refuse';
}

function isHostName(name: string): boolean {
  const labels = name.slice(0, -1).split('.');
  return labels.every((label, i) => (i === 0 && label === '*') || /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/i.test(label));
}

/** SOA and NS at the apex, addresses for the name server, and the NS records of zones below this one. */
function addServer({ apex, rrsets, comments }: Draft, children: readonly string[], options: ZoneFileOptions): void {
  const { ttl, negativeTtl, serial, serverAddresses, ownZones } = options;
  const common = { sources: [], host: apex };
  const server = below('ns.dns', apex);
  if (!ownZones.includes(apex)) {
    const soa = `${server} ${below('hostmaster', apex)} ${serial} 7200 1800 86400 ${negativeTtl}`;
    rrsets.push({ ...common, name: apex, ttl: negativeTtl, type: 'SOA', data: [soa] });
    rrsets.push({ ...common, name: apex, ttl, type: 'NS', data: [server] });
  }
  for (const child of children) {
    rrsets.push({ ...common, name: child, ttl, type: 'NS', data: [below('ns.dns', child)] });
  }
  const addresses = serverAddresses.length > 0 ? serverAddresses : lastResort;
  // The address of the server below a cut is glue here.
  const known = new Set(rrsets.filter(({ type }) => type === 'A' || type === 'AAAA').map(({ name }) => name));
  for (const name of new Set([server, ...children.map((child) => below('ns.dns', child))])) {
    if (known.has(name)) continue;
    if (serverAddresses.length === 0)
      comments.push(`; ${name} has no address that is known: ${lastResort.join(' ')} stands in`);
    for (const [type, isV6] of [
      ['A', false],
      ['AAAA', true],
    ] as const) {
      const data = addresses.filter((address) => address.includes(':') === isV6);
      if (data.length > 0) rrsets.push({ ...common, name, ttl, type, data });
    }
  }
}

/** Zone → the zones right below it. */
function childrenOf(apexes: ReadonlySet<string>): Map<string, string[]> {
  const children = new Map<string, string[]>();
  for (const apex of apexes) {
    const parent = apex === '.' ? undefined : zoneOfName(parentOf(apex), apexes);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), apex]);
  }
  return children;
}

function parentOf(name: string): string {
  const parent = name.slice(name.indexOf('.') + 1);
  return parent === '' ? '.' : parent;
}

function zoneText({ apex, rrsets, comments }: Draft, apexes: ReadonlySet<string>): string {
  const names = new ZoneNames(apex, rrsets);
  const lines: string[] = [];
  const order = new Map(sortedNames([...new Set(rrsets.map(({ name }) => name))]).map((name, i) => [name, i]));
  const types = ['SOA', 'NS', 'A', 'AAAA', 'SRV', 'PTR'];
  const rank = ({ name, type }: RRset): number => (name === apex ? -1 : order.get(name)!) * 8 + types.indexOf(type);
  for (const { name, ttl, type, data } of rrsets.toSorted((a, b) => rank(a) - rank(b))) {
    if (data.length > manyRecords) {
      comments.push(
        `; ${name} ${type}: ${data.length} records, of which BIND takes ${manyRecords} unless max-records-per-type says more`,
      );
    }
    for (const each of data) {
      const target = type === 'SRV' ? each.slice(each.lastIndexOf(' ') + 1) : undefined;
      // A name server refuses a zone with a target that is in it and has no address.
      const isDead = target !== undefined && zoneOfName(target, apexes) === apex && !names.hasAddress(target);
      if (isDead) comments.push(`; ${name} ${type} ${each}: its target has no address here`);
      else lines.push(`${name}\t${ttl}\tIN\t${type}\t${each}`);
    }
  }
  for (const wildcard of names.wildcards) {
    const inside = names.below(wildcard.slice(2));
    if (inside === undefined) continue;
    comments.push(
      `; ${wildcard} answers here for names that lie below, or above, ${inside} too; in a zone it does not (RFC 4592)`,
    );
  }
  return `${[...lines, ...comments].join('\n')}\n`;
}
