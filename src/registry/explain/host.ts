import type { ServiceEntry } from '../model/object.ts';
import type { Registry } from '../registry.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import { autoAddressesFor, type Rule } from '../resolve/resolve.ts';
import { addressesFor } from '../resolve/nearest.ts';
import { autoAddressesOf } from '../resolve/vips.ts';
import type { View } from '../resolve/visibility.ts';
import { cut, type HostExplanation } from './explanation.ts';
import { explainGroups } from './groups.ts';

const maxAddresses = 4096;
const shownNetworks = 4;

/**
 * What a host answers this client, and by which rule; `undefined` where it sees none. `isClosed` says that
 * the name is below an own zone, from where nothing is forwarded.
 */
export function explainHost(
  host: string,
  view: View,
  registry: Registry,
  isClosed: boolean,
): HostExplanation | undefined {
  const resolved = registry.resolve(host, view);
  if (!resolved) return undefined;
  const { rule, serving, answer } = resolved;
  const { nearest } = registry.context.options;
  const { locality = '' } = view;
  const lack = lackText(host, serving, view, registry);
  return {
    host,
    row: rule,
    reason: ruleReason(rule, answer.kind, lack, registry).replace(/forwarded$/, isClosed ? closedText : 'forwarded'),
    ttl: answer.ttl,
    addresses: cut(addressesFor(answer, locality, nearest), maxAddresses),
    live: answer.endpointHostnames,
    groups: explainGroups(answer, locality, nearest),
    services: answer.services.filter(({ records }) => records.length > 0).map(({ prefix }) => prefix),
  };
}

const closedText = 'below an own zone, where nothing is forwarded, it has no records';

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

function ruleReason(rule: Rule, kind: HostAnswer['kind'], lack: string, { context }: Registry): string {
  switch (rule) {
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
