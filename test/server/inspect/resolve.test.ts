import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceEntry } from '../../semantics/case.ts';
import { FakeUpstream } from '../../support/fake-upstream.ts';
import { answerFromZone } from '../../support/zone-upstream.ts';
import { inspect } from './inspect.ts';

let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await FakeUpstream.start(answerFromZone('db.test. 60 IN A 192.0.2.7\na.example.com. 60 IN A 192.0.2.8'));
});
afterAll(() => upstream.stop());

const entry = serviceEntry(
  'a/x',
  'hosts: [u.example.com], location: MESH_INTERNAL, resolution: DNS, endpoints: [{ address: db.test }, { address: 10.0.0.1 }]',
);

test('with -resolve upstream is really asked, for the name and for host names of endpoints', async () => {
  const inspector = inspect({ objects: entry, block: `forward . 127.0.0.1:${upstream.port}` });
  const plain = await inspector.explain({ name: 'a.example.com' }, true);
  expect(plain.reply!.answer).toEqual(['a.example.com.\t60\tIN\tA\t192.0.2.8']);
  const union = await inspector.explain({ name: 'u.example.com' }, true);
  expect(union.reply!.answer.toSorted()).toEqual([
    'u.example.com.\t30\tIN\tA\t10.0.0.1',
    'u.example.com.\t30\tIN\tA\t192.0.2.7',
  ]);
});

test('without it upstream hears nothing', async () => {
  const before = upstream.queries.length;
  const inspector = inspect({ objects: entry, block: `forward . 127.0.0.1:${upstream.port}` });
  await inspector.explain({ name: 'a.example.com' });
  await inspector.explain({ name: 'u.example.com' });
  expect(upstream.queries.length).toBe(before);
});
