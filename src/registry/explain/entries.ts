import type { ServiceEntry } from '../model/object.ts';
import type { Registry } from '../registry.ts';
import { evaluateEndpoints, type EvaluatedEndpoint } from '../resolve/endpoints.ts';
import { checkTarget } from '../resolve/checked.ts';
import { autoAddressesFor, type ResolveContext, type Rule } from '../resolve/resolve.ts';
import { autoAddressesOf, vipsOf } from '../resolve/vips.ts';
import { effectiveExportTo, evaluatePrecedence, type Precedence, type View } from '../resolve/visibility.ts';
import { cut, type CutList, type EndpointExplanation, type EntryExplanation } from './explanation.ts';

/** More of one kind than this help nobody. */
const maxEntries = 200;
const maxEndpoints = 1000;

/** The precedence of each ServiceEntry of a host for a client, oldest first. */
export function explainEntries(host: string, view: View, registry: Registry): CutList<EntryExplanation> {
  const { store, context } = registry;
  const evaluated = evaluatePrecedence(host, store.entriesOf(host), view, context);
  const winner = evaluated.find(({ precedence }) => precedence === 'serves')?.entry;
  const auto = autoAddressesFor(view, context);
  const resolved = registry.resolve(host, view);
  const rule = resolved?.rule;
  const answered = new Set([...(resolved?.answer.addresses ?? []), ...(resolved?.answer.endpointHostnames ?? [])]);
  const { items, omitted } = cut(evaluated, maxEntries);
  const explained = items.map(({ entry, precedence }): EntryExplanation => {
    const addresses = vipsOf(entry, host, auto);
    const endpoints = precedence === 'serves' ? evaluateEndpoints(entry, context.select(entry)) : [];
    const unused = whyUnused(rule, addresses.length > 0);
    return {
      name: nameOf(entry),
      origin: entry.meta.origin.text,
      standing: precedence,
      reason: reasonOf(entry, precedence, winner, view, registry),
      created: entry.meta.created === undefined ? undefined : new Date(entry.meta.created).toISOString(),
      location: entry.location,
      resolution: entry.resolution,
      exportTo: effectiveExportTo(entry, context.options),
      addresses,
      heldBack: addresses.length > 0 ? [] : autoAddressesOf(entry, host, auto),
      endpoints: cut(
        endpoints.map((each) => explainEndpoint(each, unused, entry, answered, context)),
        maxEndpoints,
      ),
    };
  });
  return { items: explained, omitted };
}

/** `namespace/name`. */
export function nameOf({ meta }: ServiceEntry): string {
  return `${meta.namespace}/${meta.name}`;
}

/** The names of several; those that have one name, in two sources or clusters, with where they were read. */
export function namesOf(entries: readonly ServiceEntry[]): string[] {
  const names = entries.map(nameOf);
  if (new Set(names).size === names.length) return names;
  return entries.map((entry, i) => {
    const isUnique = names.indexOf(names[i]!) === names.lastIndexOf(names[i]!);
    return isUnique ? names[i]! : `${names[i]!} (${entry.meta.origin.text})`;
  });
}

/** `answered` are the addresses and host names that the host is answered with. */
function explainEndpoint(
  { name, usable, reason }: EvaluatedEndpoint,
  unused: string,
  entry: ServiceEntry,
  answered: ReadonlySet<string>,
  context: ResolveContext,
): EndpointExplanation {
  const gives = usable.map(({ target }) => (target.kind === 'ip' ? target.ip : target.host));
  const states = usable.flatMap((endpoint) => {
    const target = checkTarget(entry, endpoint, context.options);
    const state = target === undefined ? undefined : context.checkState(target);
    return state ? [{ target, ...state }] : [];
  });
  const isDown = states.some(({ state }) => state === 'down') && !gives.some((each) => answered.has(each));
  const why = reason === '' && unused === '' && isDown ? 'a check says that it is down' : reason || unused;
  const checks = states.map(({ target, state, sinceMs, error }) => {
    if (state === 'not-allowed') return `${target} may not be checked`;
    const since = new Date(sinceMs).toISOString();
    const last = error === '' ? '' : `, the last check failed: ${error}`;
    return `${target} ${state} since ${since}${last}`;
  });
  return { name, gives, isUsed: why === '', reason: why, checks };
}

/** Why endpoints that are fine are not in the answer; '' where they are. */
function whyUnused(rule: Rule | undefined, hasAddresses: boolean): string {
  switch (rule) {
    case 'addresses':
      return hasAddresses ? 'its addresses answer' : 'the addresses of others that have the host answer';
    case 'dynamic-dns':
      return 'DYNAMIC_DNS has none';
    case 'endpoint-answers':
      return 'endpoint_answers does not let it';
    case 'own-host':
      return 'an endpoint is the host itself, so the query goes upstream';
    default:
      return '';
  }
}

function reasonOf(
  entry: ServiceEntry,
  precedence: Precedence,
  winner: ServiceEntry | undefined,
  view: View,
  registry: Registry,
): string {
  const exportTo = effectiveExportTo(entry, registry.context.options);
  switch (precedence) {
    case 'serves':
      return `${whyItMay(entry, exportTo, view)}${entry === winner ? '' : `; united with ${nameOf(winner!)}, which is older`}`;
    case 'younger':
      return `merge oldest takes ${nameOf(winner!)} only, which is older`;
    case 'other-namespace':
      return whyItLost(entry, winner!, view, registry);
    case 'service':
      return 'a Kubernetes Service has this name and comes first (option services)';
    case 'sidecar':
      return `not visible: ${sidecarText(view)} does not list it`;
    case 'not-exported':
      if (exportTo.includes('~')) return 'it is exported to nobody';
      return view.namespace === undefined
        ? `it is exported to ${listed(exportTo, entry)} only, and the client's namespace is not known`
        : `it is exported to ${listed(exportTo, entry)} only, not to ${view.namespace}`;
  }
}

/** The Sidecar that limits a client. */
function sidecarText({ sidecar, namespace }: View): string {
  const { meta } = sidecar!;
  const isRoot = meta.namespace !== namespace;
  return `the Sidecar ${meta.namespace}/${meta.name}${isRoot ? ', the default of all namespaces,' : ''}`;
}

function whyItMay({ meta }: ServiceEntry, exportTo: readonly string[], { namespace }: View): string {
  if (meta.namespace === namespace) return "the client's own namespace";
  return exportTo.includes('*') ? 'exported to all' : `exported to ${namespace ?? ''} by name`;
}

/** The first rule that decides between the two. */
function whyItLost(entry: ServiceEntry, winner: ServiceEntry, { namespace }: View, registry: Registry): string {
  const by = `namespace ${winner.meta.namespace} has the host`;
  const rank = (each: ServiceEntry): number => {
    if (each.meta.namespace === namespace) return 0;
    return effectiveExportTo(each, registry.context.options).includes('*') ? 2 : 1;
  };
  if (rank(winner) === 0) return `${by}: it is the client's own`;
  if (rank(winner) < rank(entry)) return `${by}: it exports it to ${namespace ?? ''} by name`;
  const [ours, theirs] = [winner.meta.created, entry.meta.created];
  if ((ours ?? 0) !== (theirs ?? 0)) {
    const age =
      ours === undefined ? 'it has no creation time, which counts as the oldest' : 'its ServiceEntry is older';
    return `${by}: ${age}`;
  }
  return `${by}: the ages are equal, and ${nameOf(winner)} comes first by name`;
}

function listed(exportTo: readonly string[], { meta }: ServiceEntry): string {
  const names = exportTo.map((each) => (each === '.' ? `its own namespace ${meta.namespace}` : each));
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
