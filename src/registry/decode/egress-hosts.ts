import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import { isLabel, neverMatches, normalizeHost } from '../model/host.ts';
import type { EgressHost } from '../model/object.ts';
import { listField, noValues } from './fields.ts';
import type { Report } from './report.ts';

const maxListeners = 1000;
/** Of all listeners together, those that exclude apart from the others. */
const maxHosts = 1000;

/**
 * The hosts of `spec.egress[]`, each `NAMESPACE/DNS`; `undefined` where there is no listener, which limits nothing. What
 * is left out may only narrow what is imported: where nothing usable was written, or hosts to exclude had to be left
 * out, the list is empty, and nothing is imported.
 *
 * As in Istio (istio/istio pull request 60581) a namespace that begins with `~` excludes: `~shop/a.com` in a namespace,
 * `~/a.com` in all of them, so that `~/*` imports nothing. There an exclusion counts for its listener, here for all
 * listeners, except for `~/*`. That a listener has a port makes no difference here.
 */
export function readEgressHosts(spec: Fields, report: Report): readonly EgressHost[] | undefined {
  const value = spec.egress;
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  const hosts = new HostLists();
  listField(spec, 'egress', 'spec', report, maxListeners, 'host').forEach((item, index) => {
    const path = `spec.egress[${index}]`;
    const listener = asFields(item);
    if (listener === undefined) {
      report.add('object', path, `found ${quoted(item)}, expected a map with hosts`);
    } else {
      hosts.addListener(readListener(listener, path, report));
    }
  });
  if (hosts.leftOut > 0) {
    const message = `${hosts.leftOut} hosts are left out; expected at most ${maxHosts}, and as many to exclude`;
    report.add('host', 'spec.egress', message);
  }
  return hosts.result();
}

/** Without duplicates and bounded. */
class HostLists {
  readonly #included = new Map<string, EgressHost>();
  readonly #excluded = new Map<string, EgressHost>();
  leftOut = 0;
  #lacksExclusions = false;

  addListener(hosts: readonly EgressHost[]): void {
    if (hosts.some(({ namespace, host }) => namespace === '~' && host === '*')) return;
    for (const host of hosts) {
      const excludes = host.namespace.startsWith('~');
      const list = excludes ? this.#excluded : this.#included;
      const key = `${host.namespace}/${host.host}`;
      if (list.has(key)) continue;
      if (list.size < maxHosts) list.set(key, host);
      else {
        this.leftOut++;
        this.#lacksExclusions ||= excludes;
      }
    }
  }

  result(): readonly EgressHost[] {
    if (this.#lacksExclusions || this.#included.size === 0) return noValues;
    return [...this.#included.values(), ...this.#excluded.values()];
  }
}

function readListener(listener: Fields, path: string, report: Report): readonly EgressHost[] {
  const list = listField(listener, 'hosts', path, report, Infinity, 'host');
  if (list.length === 0) report.add('host', `${path}.hosts`, 'found no host, expected at least one');
  const hosts: EgressHost[] = [];
  list.forEach((text, index) => {
    const result = parseEgressHost(text);
    if ('problem' in result) {
      report.add('host', `${path}.hosts[${index}]`, `found ${quoted(text)}; ${result.problem}`);
    } else hosts.push(result);
  });
  return hosts;
}

function parseEgressHost(text: unknown): EgressHost | { readonly problem: string } {
  const slash = typeof text === 'string' ? text.indexOf('/') : -1;
  if (typeof text !== 'string' || slash < 0) return { problem: 'expected NAMESPACE/HOST, as in */a.com or ./*' };
  const namespace = normalizeNamespace(text.slice(0, slash));
  if (namespace === undefined) {
    return { problem: 'expected a namespace, * or . before the /, with ~ in front to exclude' };
  }
  const name = text.slice(slash + 1);
  if (name === '*') return { namespace, host: '*' };
  const result = normalizeHost(name);
  if ('problem' in result) return { problem: `the host ${result.problem}` };
  if (neverMatches(result.host)) return { problem: 'the host has a * beside other characters; expected *.DOMAIN' };
  return { namespace, host: result.host };
}

/** `~*`, like `~`, excludes in all namespaces. */
function normalizeNamespace(text: string): string | undefined {
  if (text === '~' || text === '~*') return '~';
  const name = text.startsWith('~') ? text.slice(1) : text;
  return name === '*' || name === '.' || isLabel(name) ? text : undefined;
}
