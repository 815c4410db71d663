import type { Registry } from '../registry.ts';
import type { AddressPtr } from '../resolve/answer.ts';
import { resolveByRule, type ResolveContext, type Resolved } from '../resolve/resolve.ts';
import type { View } from '../resolve/visibility.ts';
import { withAliases } from './alias.ts';
import { answerRecords, type RRset } from './served.ts';
import { zoneProblem } from './zone-files.ts';

export interface PublicHostOptions {
  /** Addresses that istiod or this server allocated count: outside of the mesh they lead nowhere. */
  readonly autoAddresses: boolean;
}

/** What everybody may know of a host. */
export interface PublicHost {
  /** Those that have a place in a zone. */
  readonly rrsets: readonly RRset[];
  readonly ptrs: readonly AddressPtr[];
  /** Why there is nothing, where there is nothing. */
  readonly absence?: Absence;
}

/** Why a host that is known here has no record elsewhere. */
export type Absence =
  /** No ServiceEntry has it. */
  | 'unknown'
  /** No ServiceEntry exports it to all namespaces. */
  | 'not-public'
  /** It is answered with what other name servers say. */
  | 'forwarded'
  /** Some of its addresses are those of other names, which may change at any time, and a CNAME cannot say it. */
  | 'on-demand'
  /** It has no address, or none that a zone can have. */
  | 'no-records';

/** Nobody that is known: what is limited to namespaces is not for it. */
const everybody: View = { namespace: undefined, isMeshed: false };

/** What everybody may know of a host of the registry: what its ServiceEntries export to all namespaces. */
export function publicHost(host: string, registry: Registry, { autoAddresses }: PublicHostOptions): PublicHost {
  const { options } = registry.context;
  const context: ResolveContext = {
    ...registry.context,
    options: { ...options, autoAddresses: autoAddresses ? 'all' : 'off' },
  };
  const resolve = (name: string): Resolved | undefined =>
    resolveByRule(name, registry.store.entriesOf(name), everybody, context);
  const resolved = resolve(host);
  if (!resolved) return nothing(registry.store.entriesOf(host).length === 0 ? 'unknown' : 'not-public');
  const { kind, ptrs } = resolved.answer;
  if (kind === 'forwarded') return nothing('forwarded');
  // Nobody is nearer to one endpoint than to another.
  const seen = { resolve, locality: '', nearest: 'off' } as const;
  const records = [...withAliases(answerRecords(resolved, seen))];
  // Only a part of the addresses would be there.
  if (records.some(({ endpointHostnames }) => endpointHostnames)) return nothing('on-demand');
  const rrsets = records.filter((rrset) => rrset.data.length > 0 && zoneProblem(rrset) === undefined);
  return rrsets.length === 0 ? nothing('no-records') : { rrsets, ptrs };
}

function nothing(absence: Absence): PublicHost {
  return { rrsets: [], ptrs: [], absence };
}
