import type { ServiceEntry } from '../model/object.ts';
import type { Registry } from '../registry.ts';
import { usableEndpoints } from '../resolve/endpoints.ts';
import { autoAddressesFor } from '../resolve/resolve.ts';
import { autoAddressesOf, vipsOf } from '../resolve/vips.ts';
import { evaluatePrecedence, type View } from '../resolve/visibility.ts';
import { cut, type HostExplanation, type Row } from './explanation.ts';
import { seenAnswer } from './match.ts';

const maxAddresses = 4096;
const shownNetworks = 4;

/**
 * What a host answers this client, and by which row of the rules; `undefined` where it sees none. `isClosed` says that
 * the name is below an own zone, from where nothing is forwarded.
 */
export function explainHost(
  host: string,
  view: View,
  registry: Registry,
  isClosed: boolean,
): HostExplanation | undefined {
  const answer = seenAnswer(host, view, registry);
  if (!answer) return undefined;
  const row = rowOf(host, view, registry);
  const lack = lackText(host, servingEntries(host, view, registry), view, registry);
  return {
    host,
    row,
    reason: rowReason(row, answer.kind, lack, registry).replace(/forwarded$/, isClosed ? closedText : 'forwarded'),
    ttl: answer.ttl,
    addresses: cut(answer.addresses, maxAddresses),
    live: answer.endpointHostnames,
    services: answer.services.filter(({ records }) => records.length > 0).map(({ prefix }) => prefix),
  };
}

const closedText = 'below an own zone, where nothing is forwarded, it has no records';

/** The ServiceEntries that serve a host to a client, oldest first. */
export function servingEntries(host: string, view: View, { store, context }: Registry): ServiceEntry[] {
  const evaluated = evaluatePrecedence(host, store.entriesOf(host), view, context);
  return evaluated.flatMap(({ entry, precedence }) => (precedence === 'serves' ? [entry] : []));
}

/** Which of the rows of docs/semantics.md section 5 applies: in the order in which `resolveFor` decides. */
export function rowOf(host: string, view: View, registry: Registry): Row {
  const { context } = registry;
  const serving = servingEntries(host, view, registry);
  const [oldest] = serving;
  if (!oldest) return 'service';
  const auto = autoAddressesFor(view, context);
  if (serving.some((entry) => vipsOf(entry, host, auto).length > 0)) return 'addresses';
  if (oldest.resolution === 'DYNAMIC_DNS') return 'dynamic-dns';
  if (!serving.some((entry) => entry.endpoints.length > 0 || entry.selector !== undefined)) return 'no-endpoints';
  const usable = serving.flatMap((entry) => usableEndpoints(entry, context.select(entry)));
  if (usable.length === 0) return 'nothing-usable';
  const { endpointAnswers } = context.options;
  const mayAnswer =
    endpointAnswers === 'internal'
      ? oldest.location === 'MESH_INTERNAL'
      : endpointAnswers === 'all' || oldest.resolution === 'NONE';
  if (!mayAnswer) return 'endpoint-answers';
  return usable.some(({ target }) => target.kind === 'host' && target.host === host) ? 'own-host' : 'endpoints';
}

const noAddresses = 'it has no addresses';

/** Why there is no address to answer with. */
function lackText(host: string, serving: readonly ServiceEntry[], view: View, { context }: Registry): string {
  const networks = serving.flatMap((entry) => entry.networks ?? []);
  if (networks.length > 0) {
    const more = networks.length > shownNetworks ? ', ...' : '';
    const names = networks.slice(0, shownNetworks).join(', ') + more;
    return `its addresses are networks (${names}), which no DNS answer can give`;
  }
  if (serving.some(({ hasAddresses }) => hasAddresses)) return 'none of its addresses can be used';
  const auto = autoAddressesFor(view, context);
  const isHeldBack = serving.some((entry) => autoAddressesOf(entry, host, auto).length > 0);
  return isHeldBack ? 'its automatically allocated addresses are held back' : noAddresses;
}

function rowReason(row: Row, kind: 'internal' | 'external' | 'forwarded', lack: string, { context }: Registry): string {
  switch (row) {
    case 'service':
      return 'a Kubernetes Service of this name comes first: the query is forwarded';
    case 'addresses':
      return 'it has addresses, and these come before endpoints';
    case 'dynamic-dns':
      return 'DYNAMIC_DNS without an address: forwarded';
    case 'no-endpoints': {
      const what = lack === noAddresses ? 'it has neither addresses nor endpoints' : lack;
      return kind === 'internal'
        ? `${what}; STATIC and MESH_INTERNAL: the name exists, without records`
        : `${what}: forwarded`;
    }
    case 'nothing-usable':
      return kind === 'internal'
        ? 'none of its endpoints can be used now; MESH_INTERNAL: the name exists, without records'
        : 'none of its endpoints can be used now; MESH_EXTERNAL: forwarded';
    case 'endpoint-answers':
      return `endpoint_answers ${context.options.endpointAnswers} does not let its endpoints answer: forwarded`;
    case 'own-host':
      return "an endpoint is the host itself, which means the world's DNS: forwarded";
    case 'endpoints':
      return `${lack}, so its endpoints answer`;
  }
}
