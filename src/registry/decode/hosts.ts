import { type Fields, quoted } from '../../runtime/untyped.ts';
import { neverMatches, normalizeHost } from '../model/host.ts';
import { listField } from './fields.ts';
import type { Report } from './report.ts';

const maxHosts = 256;

/** `spec.hosts`, normalised, in order, without duplicates. Where none is usable that is reported too. */
export function readHosts(spec: Fields, report: Report): readonly string[] {
  const list = listField(spec, 'hosts', 'spec', report, maxHosts, 'host');
  const hosts: string[] = [];
  for (let i = 0; i < list.length; i++) {
    const text = list[i];
    const result = typeof text === 'string' ? normalizeHost(text) : { problem: 'is no string' };
    if ('problem' in result) {
      report.add('host', `spec.hosts[${i}]`, `found ${quoted(text)}; the host ${result.problem}`, text);
    } else if (!hosts.includes(result.host)) {
      hosts.push(result.host);
      if (neverMatches(result.host)) {
        const message = `${result.host} never matches: a wildcard is *.DOMAIN`;
        report.add('unused', `spec.hosts[${i}]`, message, result.host);
      }
    }
  }
  if (hosts.length === 0) report.add('host', 'spec.hosts', 'found no usable host, expected at least one');
  return hosts;
}
