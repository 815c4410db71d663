import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { anyHandler } from '../../../src/plugins/any/handler.ts';
import { rrClass } from '../../../src/wire/codes.ts';
import { makeEnvironment, unreachable } from '../../support/plugin.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';

const next = () => 7;

describe('any', () => {
  it.each([false, true])('answers ANY with the HINFO of RFC 8482 (EDNS: %s)', (edns) => {
    const query = makeQuery('Example.org', 'ANY', { edns });
    const length = anyHandler.create({}, makeEnvironment(), unreachable)(query) as number;
    const reply = decode(Buffer.from(replyBytes(query, length)));
    expect(reply.answers).toEqual([
      expect.objectContaining({
        name: 'Example.org',
        type: 'HINFO',
        class: 'IN',
        ttl: 8482,
        data: { cpu: 'ANY obsoleted', os: 'See RFC 8482' },
      }),
    ]);
    expect(reply).toMatchObject({ rcode: 'NOERROR', flag_aa: false, authorities: [] });
    expect(reply.additionals).toHaveLength(edns ? 1 : 0);
  });

  it.each([
    ['another type', makeQuery('example.org', 'A')],
    ['another class', makeQuery('example.org', 'ANY', { class: rrClass.CH })],
  ])('passes %s on', (_, query) => {
    expect(anyHandler.create({}, makeEnvironment(), next)(query)).toBe(7);
  });
});
