import { describe, expect, test } from 'vitest';
import type { NameRecord } from '../../../src/registry/publish/compile/compile.ts';
import { PtrIndex } from '../../../src/registry/publish/ptr-index.ts';
import type { HostAnswer } from '../../../src/registry/resolve/answer.ts';
import { ViewMap } from '../../../src/registry/resolve/view-map.ts';
import { encodeName } from '../../../src/wire/name.ts';

type Answers = ViewMap<HostAnswer | undefined>;

function answer(host: string, addresses: readonly string[], created = 0, ttl = 30): HostAnswer {
  const ptrs = addresses.map((address) => ({ address, target: host }));
  const endpoints = new Map<string, readonly string[]>();
  return { host, kind: 'internal', ttl, addresses, endpointHostnames: [], services: [], endpoints, ptrs, created };
}

function uniform(...given: Parameters<typeof answer>): Answers {
  return ViewMap.uniform<HostAnswer | undefined>(answer(...given));
}

/** An index, and what it publishes: reverse name → its records. What is told for everybody can be asked for again. */
function setUp() {
  const published = new Map<string, ViewMap<NameRecord | undefined>>();
  const hosts = new Map<string, Answers>();
  const calls: string[] = [];
  const index = new PtrIndex(
    {
      publishPointer(text, records) {
        calls.push(text);
        if (records) published.set(text, records);
        else published.delete(text);
        return true;
      },
    },
    {
      pointerAt: (text) => {
        const records = published.get(text);
        return records?.isUniform === true ? records.others.plain : undefined;
      },
      encode: encodeName,
      pointerNames: () => [...published.keys()],
      addressesOf: (host) => {
        const answers = hosts.get(host);
        return answers?.isUniform === true ? (answers.others.plain?.addresses ?? []) : [];
      },
    },
    (host) => hosts.get(host)?.others.plain?.created ?? 0,
  );
  const update = (host: string, answers: Answers): void => {
    index.update(host, answers);
    hosts.set(host, answers);
  };
  const targets = (text: string, namespace?: string, isMeshed = false): readonly string[] | undefined =>
    published.get(text)?.get(namespace, isMeshed)?.ptrs;
  const claims = (address: string): string[] => index.candidatesOf(address).map(({ host }) => host);
  return { index, update, published, targets, claims, calls };
}

const name = '1.0.0.10.in-addr.arpa';

describe('what names an address', () => {
  test('is in order of age, then of host, whatever order it came in', () => {
    const { index, update, targets, published } = setUp();
    update('young.test', uniform('young.test', ['10.0.0.1'], 3, 7));
    update('b.test', uniform('b.test', ['10.0.0.1'], 1));
    update('a.test', uniform('a.test', ['10.0.0.1'], 1));
    expect(index.flush()).toBe(true);
    expect(targets(name)).toEqual(['a.test', 'b.test', 'young.test']);
    expect(published.get(name)?.get(undefined, false)?.ttl).toBe(7);
    update('a.test', uniform('a.test', ['10.0.0.1'], 9));
    index.flush();
    expect(targets(name)).toEqual(['b.test', 'young.test', 'a.test']);
  });

  test('is gone when no host says so any more', () => {
    const { index, update, targets, published } = setUp();
    update('a.test', uniform('a.test', ['10.0.0.1', '10.0.0.2']));
    index.flush();
    update('a.test', uniform('a.test', ['10.0.0.2']));
    index.flush();
    expect([...published.keys()]).toEqual(['2.0.0.10.in-addr.arpa']);
    update('a.test', ViewMap.uniform<HostAnswer | undefined>(undefined));
    index.flush();
    expect(published.size).toBe(0);
    expect(targets(name)).toBeUndefined();
    expect(index.flush()).toBe(false);
  });

  test('is at most 32 hosts of those that the client sees', () => {
    const { index, update, targets } = setUp();
    for (let i = 0; i < 100; i++) {
      const host = `h${String(i).padStart(3, '0')}.test`;
      const given = answer(host, ['10.0.0.1'], i);
      const seen = { plain: given, meshed: given };
      const unseen = { plain: undefined, meshed: undefined };
      update(host, i % 2 === 0 ? ViewMap.uniform(given) : new ViewMap(unseen, new Map([['one', seen]])));
    }
    index.flush();
    const numbered = (count: number, step: number): string[] =>
      Array.from({ length: count }, (_, i) => `h${String(i * step).padStart(3, '0')}.test`);
    expect(targets(name)).toEqual(numbered(32, 2));
    expect(targets(name, 'one')).toEqual(numbered(32, 1));
    expect(targets(name, 'other')).toEqual(numbered(32, 2));
  });

  test('may be for clients in the mesh only', () => {
    const { index, update, targets } = setUp();
    const pair = { plain: undefined, meshed: answer('a.test', ['240.240.0.1']) };
    update('a.test', new ViewMap<HostAnswer | undefined>(pair));
    index.flush();
    expect(targets('1.0.240.240.in-addr.arpa')).toBeUndefined();
    expect(targets('1.0.240.240.in-addr.arpa', undefined, true)).toEqual(['a.test']);
  });

  test('10,000 hosts on one address: each batch writes it once, the first also when it comes', () => {
    const { index, update, targets, calls } = setUp();
    for (let i = 0; i < 10_000; i++) update(`h${i}.test`, uniform(`h${i}.test`, ['10.0.0.1'], i));
    index.flush();
    expect(calls).toEqual([name, name]);
    expect(targets(name)).toHaveLength(32);
    for (let i = 0; i < 100; i++) update(`h${i}.test`, uniform(`h${i}.test`, [], i));
    index.flush();
    expect(calls).toEqual([name, name, name]);
    expect(targets(name)![0]).toBe('h100.test');
  });
});
