import { describe, expect, test } from 'vitest';
import type { NameLayer } from '../../../src/registry/publish/name-layers.ts';
import { candidatesIn, type PtrCandidate } from '../../../src/registry/publish/ptr-candidates.ts';
import { PtrIndex } from '../../../src/registry/publish/ptr-index.ts';
import { PublishedHosts } from '../../../src/registry/publish/published-hosts.ts';
import type { HostAnswer } from '../../../src/registry/resolve/answer.ts';
import { ViewMap } from '../../../src/registry/resolve/view-map.ts';

type Answers = ViewMap<HostAnswer | undefined>;

const nobody: Answers = ViewMap.uniform<HostAnswer | undefined>(undefined);

function answer(host: string, addresses: readonly string[], created = 0, ttl = 30): HostAnswer {
  const ptrs = addresses.map((address) => ({ address, target: host }));
  const endpoints = new Map<string, readonly string[]>();
  return { host, kind: 'internal', ttl, addresses, endpointHostnames: [], services: [], endpoints, ptrs, created };
}

function uniform(...given: Parameters<typeof answer>): Answers {
  return ViewMap.uniform<HostAnswer | undefined>(answer(...given));
}

/** An index, and what is published of it: reverse name → its records. */
function setUp() {
  const published = new Map<string, NameLayer>();
  const hosts = new Map<string, Answers>();
  const calls: string[] = [];
  const inRegistry = (host: string): Map<string, PtrCandidate> => candidatesIn(host, hosts.get(host) ?? nobody);
  const publishedHosts = new PublishedHosts();
  const index = new PtrIndex(publishedHosts, (host, address) => inRegistry(host).get(address));
  const update = (host: string, answers: Answers): void => {
    hosts.set(host, answers);
    const candidates = inRegistry(host);
    const published = { addresses: [...candidates.keys()], labels: [], seenBy: 'everybody' as const };
    const before = publishedHosts.replace(host, published);
    index.update(host, before?.addresses ?? [], candidates);
  };
  const flush = (): void => {
    for (const { name: text, layer } of index.flush()) {
      calls.push(text);
      if (layer) published.set(text, layer);
      else published.delete(text);
    }
  };
  const targets = (text: string, namespace?: string, isMeshed = false): readonly string[] | undefined =>
    published.get(text)?.get(namespace, isMeshed)?.ptrs;
  return { update, flush, published, targets, calls };
}

const name = '1.0.0.10.in-addr.arpa';

describe('what names an address', () => {
  test('is in order of age, then of host, whatever order it came in', () => {
    const { flush, update, targets, published } = setUp();
    update('young.test', uniform('young.test', ['10.0.0.1'], 3, 7));
    flush();
    expect(targets(name)).toEqual(['young.test']);
    update('b.test', uniform('b.test', ['10.0.0.1'], 1));
    update('a.test', uniform('a.test', ['10.0.0.1'], 1));
    flush();
    expect(targets(name)).toEqual(['a.test', 'b.test', 'young.test']);
    expect(published.get(name)?.get(undefined, false)?.ttl).toBe(7);
    update('a.test', uniform('a.test', ['10.0.0.1'], 9));
    flush();
    expect(targets(name)).toEqual(['b.test', 'young.test', 'a.test']);
  });

  test('is gone when no host says so any more', () => {
    const { flush, update, targets, published } = setUp();
    update('a.test', uniform('a.test', ['10.0.0.1', '10.0.0.2']));
    flush();
    update('a.test', uniform('a.test', ['10.0.0.2']));
    flush();
    expect([...published.keys()]).toEqual(['2.0.0.10.in-addr.arpa']);
    update('a.test', nobody);
    flush();
    expect(published.size).toBe(0);
    expect(targets(name)).toBeUndefined();
  });

  test('is at most 32 hosts of those that the client sees', () => {
    const { flush, update, targets } = setUp();
    for (let i = 0; i < 100; i++) {
      const host = `h${String(i).padStart(3, '0')}.test`;
      const given = answer(host, ['10.0.0.1'], i);
      const seen = { plain: given, meshed: given };
      const unseen = { plain: undefined, meshed: undefined };
      update(host, i % 2 === 0 ? ViewMap.uniform(given) : new ViewMap(unseen, new Map([['one', seen]])));
    }
    flush();
    const numbered = (count: number, step: number): string[] =>
      Array.from({ length: count }, (_, i) => `h${String(i * step).padStart(3, '0')}.test`);
    expect(targets(name)).toEqual(numbered(32, 2));
    expect(targets(name, 'one')).toEqual(numbered(32, 1));
    expect(targets(name, 'other')).toEqual(numbered(32, 2));
  });

  test('may be for clients in the mesh only', () => {
    const { flush, update, targets } = setUp();
    const pair = { plain: undefined, meshed: answer('a.test', ['240.240.0.1']) };
    update('a.test', new ViewMap<HostAnswer | undefined>(pair));
    flush();
    expect(targets('1.0.240.240.in-addr.arpa')).toBeUndefined();
    expect(targets('1.0.240.240.in-addr.arpa', undefined, true)).toEqual(['a.test']);
  });

  test('10,000 hosts on one address: each batch writes it once', () => {
    const { flush, update, targets, calls } = setUp();
    for (let i = 0; i < 10_000; i++) update(`h${i}.test`, uniform(`h${i}.test`, ['10.0.0.1'], i));
    flush();
    expect(calls).toEqual([name]);
    expect(targets(name)).toHaveLength(32);
    for (let i = 0; i < 100; i++) update(`h${i}.test`, uniform(`h${i}.test`, [], i));
    flush();
    expect(calls).toEqual([name, name]);
    expect(targets(name)![0]).toBe('h100.test');
  });
});
