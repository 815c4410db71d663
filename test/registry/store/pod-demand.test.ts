import { describe, expect, test } from 'vitest';
import { Registry } from '../../../src/registry/registry.ts';
import type { RegistryOptions } from '../../../src/registry/model/options.ts';
import type { RegistryObject } from '../../../src/registry/model/object.ts';
import { TableWriter } from '../../../src/table/writer.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { defaultOptions, serviceEntry } from '../harness.ts';

/** A registry and what it has asked for, `everywhere` or namespaces. */
function setUp(changes: Partial<RegistryOptions> = {}) {
  const asked: string[] = [];
  const registry = new Registry(
    { ...defaultOptions, ...changes },
    {
      table: new TableWriter(1, () => undefined),
      serverAddresses: [],
      clock: new FakeClock(),
      logger: new RecordingLogger(),
      onPodDemand: ({ everywhere, namespaces }) => asked.push(everywhere ? 'everywhere' : [...namespaces].join(' ')),
    },
  );
  return {
    registry,
    asked,
    put: (object: RegistryObject) => registry.apply([{ type: 'upsert', object }]),
    drop: ({ kind, meta }: RegistryObject) => registry.apply([{ type: 'delete', kind, ...meta }]),
  };
}

const selector = new Map([['app', 'x']]);

describe('Pods are of use', () => {
  test('in namespaces with a selector, as long as there is one', () => {
    const { asked, put, drop } = setUp();
    put(serviceEntry('a/plain'));
    expect(asked).toEqual([]);
    put(serviceEntry('a/one', { selector, hosts: ['one.test'] }));
    put(serviceEntry('a/two', { selector, hosts: ['two.test'] }));
    put(serviceEntry('b/one', { selector: new Map(), hosts: ['b.test'] }));
    expect(asked).toEqual(['a', 'a b']);
    drop(serviceEntry('a/one'));
    expect(asked).toHaveLength(2);
    drop(serviceEntry('a/two'));
    drop(serviceEntry('b/one'));
    expect(asked).toEqual(['a', 'a b', 'b', '']);
  });

  test('everywhere while some answer depends on who asks', () => {
    const { registry, asked, put, drop } = setUp();
    put(serviceEntry('a/secret', { exportTo: ['.'] }));
    put(serviceEntry('b/secret', { exportTo: ['c'], hosts: ['b.test'] }));
    expect(registry.podDemand).toEqual({ everywhere: true, namespaces: new Set() });
    drop(serviceEntry('a/secret'));
    expect(asked).toEqual(['everywhere']);
    put(serviceEntry('b/secret', { exportTo: ['*'], hosts: ['b.test'] }));
    expect(asked).toEqual(['everywhere', '']);
  });

  test.each([[{ sidecars: true }], [{ autoAddresses: 'meshed' as const }]])('everywhere with %j', (changes) => {
    expect(setUp(changes).registry.podDemand.everywhere).toBe(true);
  });

  test('nowhere with nothing', () => {
    expect(setUp().registry.podDemand).toEqual({ everywhere: false, namespaces: new Set() });
  });
});
