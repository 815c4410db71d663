import { encode, type Answer } from 'dns-packet';
import type { LoadbalanceConfig, Weights } from '../../../src/plugins/loadbalance/config.ts';
import { loadbalanceHandler } from '../../../src/plugins/loadbalance/handler.ts';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { makeEnvironment } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';

export const a = (name: string, last: number, ttl = 5): Answer => ({ type: 'A', name, ttl, data: `192.0.2.${last}` });
export const aaaa = (name: string, last: number): Answer => ({ type: 'AAAA', name, ttl: 5, data: `2001:db8::${last}` });
export const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, ttl: 5, data });
export const mx = (exchange: string, name = 'a.org'): Answer => ({
  type: 'MX',
  name,
  ttl: 5,
  data: { preference: 1, exchange },
});
export const txt = (name: string): Answer => ({ type: 'TXT', name, ttl: 5, data: 'text' });

/** A reply of these sections. */
export function message(answers: Answer[], authorities: Answer[] = [], additionals: Answer[] = []): Uint8Array {
  return encode({ type: 'response', questions: [{ type: 'A', name: 'a.org' }], answers, authorities, additionals });
}

export interface BalanceOptions extends QueryOptions {
  readonly config?: Partial<LoadbalanceConfig>;
  readonly weights?: Weights;
  readonly random?: () => number;
  readonly type?: TypeOption;
  /** Index in `out` at which the reply is written. */
  readonly outStart?: number;
  readonly room?: number;
}

/** What becomes of a reply. Random numbers of 0 turn a set around by one: the first record goes to the end. */
export function balanced(reply: Uint8Array, options: BalanceOptions = {}): Uint8Array {
  const { config, weights, random = () => 0, type = 'A', outStart = 0, room, ...others } = options;
  const query = makeQuery('a.org', type, { transport: 'tcp', ...others });
  query.outStart = outStart;
  if (room !== undefined) query.replyLimit = room;
  const environment = makeEnvironment(random);
  const handler = loadbalanceHandler.create(
    { weights: undefined, prefer: [], ...config },
    { ...environment, onPublished: (listener) => weights && listener(weights) },
    ({ out, outStart: start }) => {
      out.set(reply, start);
      return reply.length;
    },
  );
  return replyBytes(query, handler(query) as number);
}

/** A record in a few words: its owner, and what stands last. */
export const words = (lines: readonly string[]): string[] =>
  lines.map((line) => {
    const fields = line.split(' ');
    return `${fields[0]!.toLowerCase()} ${fields.at(-1)!}`;
  });

export const read = (reply: Uint8Array): DnsMessage => decodeMessage(reply);
