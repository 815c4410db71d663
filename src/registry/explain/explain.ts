import { addressFromReverseName } from '../../wire/reverse-name.ts';
import type { Registry } from '../registry.ts';
import type { View } from '../resolve/visibility.ts';
import { explainEntries } from './entries.ts';
import type { NameExplanation, NameMatch } from './explanation.ts';
import { explainHost } from './host.ts';
import { LeftOutParts } from './left-out.ts';
import { matchName, ptrFor, zoneOf, type Fallthrough } from './match.ts';
import { partsOf, warningsOf } from './warnings.ts';

/*
 * explain/ says why a name is answered as it is: it puts the same questions to the registry as the publisher does.
 *
 *     name ─► match: which host ─► entries: which of its ServiceEntries serve, with their endpoints
 *                              ├─► host: by which rule
 *                              └─► left-out, warnings: what is missing or contradictory
 */

/**
 * Why a registry answers a name as it does, for one client. `name` is lower-case, without trailing dot. It reads the
 * registry and changes nothing. Costs O(hosts) at the most.
 */
export function explainName(name: string, view: View, registry: Registry, fallthrough: Fallthrough): NameExplanation {
  const leftOut = new LeftOutParts(name, behindUnderscores(name), registry);
  const match = matchName(name, view, registry, fallthrough, leftOut);
  const base = match.service === '' ? name : name.slice(match.service.length + 1);
  // Where nothing matched, why the queried host is not seen; else which others have the one that answers.
  const host = match.host ?? hiddenHost(base, registry) ?? base;
  const entries = explainEntries(host, view, registry);
  const left = leftOut.explain(partsOf(match, entries.items, view, registry));
  return {
    match,
    entries,
    host:
      match.host === undefined
        ? undefined
        : explainHost(match.host, view, registry, isClosed(match, name, fallthrough)),
    leftOut: { items: left.items, others: left.others },
    warnings: warningsOf(name, match, entries.items, left, view, registry),
  };
}

/** Without the labels that begin with an underscore at its start: what is matched against hosts. */
function behindUnderscores(name: string): string {
  const labels = name.split('.');
  const first = labels.findIndex((label) => !label.startsWith('_'));
  return first < 0 ? '' : labels.slice(first).join('.');
}

/** Below an own zone nothing is forwarded, unless `fallthrough` covers the name. */
function isClosed({ ownZone }: NameMatch, name: string, fallthrough: Fallthrough): boolean {
  return ownZone !== undefined && zoneOf(name, fallthrough ?? []) === undefined;
}

/** The hosts that a PTR query for the name is answered with, and those that the client does not see. */
export function explainPtrs(
  name: string,
  view: View,
  registry: Registry,
): { readonly target: string; readonly host: string; readonly isSeen: boolean }[] {
  const address = addressFromReverseName(name);
  if (address === undefined) return [];
  return registry.ptrs.candidatesOf(address).map((candidate) => {
    const { host } = candidate;
    const ptr = ptrFor(candidate, address, view, registry);
    return { host, target: ptr?.target ?? host, isSeen: ptr !== undefined };
  });
}

/** The longest host that would have answered, had the client been allowed to see it. */
function hiddenHost(base: string, { store }: Registry): string | undefined {
  if (store.entriesOf(base).length > 0) return base;
  for (let dot = base.indexOf('.'); dot >= 0; dot = base.indexOf('.', dot + 1)) {
    const wildcard = `*${base.slice(dot)}`;
    if (store.entriesOf(wildcard).length > 0) return wildcard;
  }
  return undefined;
}
