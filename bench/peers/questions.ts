import { makeRandom } from '../queries.ts';
import { hostAt, servicePort, ttlSeconds, wildcardAt, type HostList } from './hosts.ts';
import { proxiedKinds, proxiedQuestion } from './proxied-questions.ts';

export interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'SRV';
  readonly expected: Expected;
}

/** What every server must reply. */
export interface Expected {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL';
  /** As lines of a zone file; a TTL of `*` may be any, as caches count it down. */
  readonly answer: readonly string[];
}

/** What is asked: `a` each host once, as proxies are; the others at random. */
export const questionKinds = ['a', 'mix', 'wildcard', ...proxiedKinds] as const;
export type QuestionKind = (typeof questionKinds)[number];

const randomQuestions = 100_000;
const seed = 5;
const nodata: Expected = { rcode: 'NOERROR', answer: [] };

/** The questions in the order in which they are asked, the same in each run. */
export function* questions(kind: QuestionKind, list: HostList): Generator<Question> {
  const random = makeRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  if (kind === 'mix' || kind === 'wildcard') {
    for (let i = 0; i < randomQuestions; i++)
      yield kind === 'mix' ? askMix(i, below(list.hosts)) : askWildcard(i, below(list.wildcards));
  } else {
    for (const [turn, index] of shuffled(list.hosts, below).entries())
      yield kind === 'a' ? askA(index) : proxiedQuestion(kind, turn, index);
  }
}

function askA(index: number): Question {
  const { name, address } = hostAt(index);
  return { name, type: 'A', expected: { rcode: 'NOERROR', answer: [`${name}. ${ttlSeconds} IN A ${address}`] } };
}

/** Of ten: 5 A, 3 AAAA that have no data, 1 SRV, 1 name that does not exist. */
function askMix(turn: number, index: number): Question {
  const { name } = hostAt(index);
  switch (turn % 10) {
    case 1:
    case 4:
    case 7:
      return { name, type: 'AAAA', expected: nodata };
    case 3: {
      const owner = `_${servicePort.name}._tcp.${name}`;
      const answer = [`${owner}. ${ttlSeconds} IN SRV 0 100 ${servicePort.number} ${name}.`];
      return { name: owner, type: 'SRV', expected: { rcode: 'NOERROR', answer } };
    }
    case 8:
      return { name: `no-${name}`, type: 'A', expected: { rcode: 'NXDOMAIN', answer: [] } };
    default:
      return askA(index);
  }
}

function askWildcard(turn: number, index: number): Question {
  const { name, address } = wildcardAt(index);
  const asked = name.replace('*', `user-${turn}`);
  const answer = [`${asked}. ${ttlSeconds} IN A ${address}`];
  return { name: asked, type: 'A', expected: { rcode: 'NOERROR', answer } };
}

function shuffled(count: number, below: (limit: number) => number): Uint32Array {
  const indices = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = below(last + 1);
    [indices[last], indices[other]] = [indices[other]!, indices[last]!];
  }
  return indices;
}
