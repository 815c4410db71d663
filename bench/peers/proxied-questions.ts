import { hostAt } from './hosts.ts';
import type { Question } from './questions.ts';

/** Where load.c writes a number that no query has had before, so that no cache has the name. */
const freshNumber = '#'.repeat(12);
/** What the upstream answers for every name; upstream.c has the same. */
export const upstreamAddress = '10.53.0.1';
/** That a pod tries before the name itself. The upstream has none of the names below them. */
const searchPath = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

/**
 * What proxies are asked, once for each host: `cached` its name, `fresh` names that nobody has asked before, `search` 7 names
 * and 3 in the search path that do not exist, `proxy-mix` 5 names that come back, 4 new ones and 1 that fails.
 */
export const proxiedKinds = ['cached', 'fresh', 'search', 'proxy-mix'] as const;
export type ProxiedKind = (typeof proxiedKinds)[number];

export function proxiedQuestion(kind: ProxiedKind, turn: number, index: number): Question {
  const { name } = hostAt(index);
  const fresh = name.replace(/\d+/, freshNumber);
  const place = turn % 10;
  switch (kind) {
    case 'cached':
      return existing(name);
    case 'fresh':
      return existing(fresh);
    case 'search':
      if (place !== 2 && place !== 5 && place !== 8) return existing(name);
      return failing(`${name}.${searchPath[index % searchPath.length]!}`, 'NXDOMAIN');
    case 'proxy-mix':
      if (place === 9) return failing(`fail-${fresh}`, 'SERVFAIL');
      return existing(place % 2 === 0 ? name : fresh);
  }
}

function existing(name: string): Question {
  return { name, type: 'A', expected: { rcode: 'NOERROR', answer: [`${name}. * IN A ${upstreamAddress}`] } };
}

function failing(name: string, rcode: 'NXDOMAIN' | 'SERVFAIL'): Question {
  return { name, type: 'A', expected: { rcode, answer: [] } };
}
