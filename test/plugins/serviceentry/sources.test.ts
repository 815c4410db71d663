import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RegistryService } from '../../../src/plugins/serviceentry/registry-service.ts';
import { explainEntries, namesOf } from '../../../src/registry/explain/entries.ts';
import { FileSource } from '../../../src/registry/sources/file/file-source.ts';
import { keyOfSource, objectKey, type RegistryObject } from '../../../src/registry/model/object.ts';
import type { Change, Source } from '../../../src/registry/sources/source.ts';
import { entry, temporaryDirectory } from '../../registry/sources/file/support.ts';
import { pod, serviceEntry, workloadEntry } from '../../registry/harness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { HandSource, registryHost } from '../../support/running.ts';
import { parseOptions } from './options.ts';

const anybody = { namespace: undefined, isMeshed: false };
const meta = { namespace: 'a', name: 'x', created: undefined, origin: { text: 'test' } };

function serviceWith(clock: FakeClock, sources: readonly Source[], ...options: string[]): RegistryService {
  const { config } = parseOptions(...options);
  const service = new RegistryService(config, registryHost({ clock }), () => [...sources]);
  void service.start();
  onTestFinished(() => service.stop());
  return service;
}

function upsert(...objects: RegistryObject[]): Change[] {
  return objects.map((object) => ({ type: 'upsert', object }));
}

function deleted({ kind, meta: { namespace, name } }: RegistryObject): Change[] {
  return [{ type: 'delete', kind, namespace, name }];
}

const addressesOf = ({ registry }: RegistryService, host: string): readonly string[] | undefined =>
  registry.resolve(host, anybody)?.answer.addresses;

test('a file takes its own back, and what the cluster has under that name stays', () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'x.yaml');
  writeFileSync(path, entry('x', 'x.example.com', 'a'));
  const clock = new FakeClock();
  const cluster = new HandSource();
  const file = new FileSource({ paths: [directory], clock, logger: new RecordingLogger() });
  const service = serviceWith(clock, [file, cluster]);
  expect(addressesOf(service, 'x.example.com')).toEqual(['192.0.2.1']);

  const theirs = serviceEntry('a/x', { hosts: ['x.example.com'], vips: ['192.0.2.9'], hasAddresses: true });
  cluster.sink!.apply(upsert(theirs));
  expect(addressesOf(service, 'x.example.com')).toEqual(['192.0.2.1', '192.0.2.9']);
  expect(service.status.objects).toBe(2);
  const explained = explainEntries('x.example.com', anybody, service.registry).items;
  expect(explained.map(({ name, origin }) => `${name} ${origin}`)).toEqual([`a/x ${path}:1`, 'a/x test']);

  expect(namesOf(service.registry.store.entriesOf('x.example.com')).toSorted()).toEqual([
    `a/x (${path}:1)`,
    'a/x (test)',
  ]);

  rmSync(path);
  clock.advance(20_000);
  expect(addressesOf(service, 'x.example.com')).toEqual(['192.0.2.9']);

  writeFileSync(path, entry('x', 'x.example.com', 'a'));
  clock.advance(20_000);
  cluster.sink!.apply(deleted(theirs));
  expect(addressesOf(service, 'x.example.com')).toEqual(['192.0.2.1']);
  expect(service.status.objects).toBe(1);
});

describe('what one source takes back is never another’s', () => {
  const objects: RegistryObject[] = [
    serviceEntry('a/x'),
    workloadEntry('a/x', '10.0.0.1', {}),
    pod('a/x', ['10.0.0.1'], {}),
    { kind: 'Service', meta },
    { kind: 'Sidecar', meta, selector: undefined, egressHosts: [] },
    { kind: 'Node', meta: { ...meta, namespace: '' }, locality: 'eu', ips: ['10.0.0.9'] },
  ];

  test.each(objects.map((object) => [object.kind, object] as const))('%s', (_kind, object) => {
    const sources = [new HandSource(), new HandSource(), new HandSource()];
    const { registry } = serviceWith(new FakeClock(), sources, 'services on', 'sidecars on');
    const key = objectKey(object);
    const known = (): boolean[] => sources.map(({ sink }) => sink!.get(key) !== undefined);
    const stored = (): boolean[] => sources.map((_, i) => registry.get(keyOfSource(key, i)) !== undefined);
    for (const at of [2, 0, 1]) sources[at]!.sink!.apply(upsert(object));
    expect(known()).toEqual([true, true, true]);
    for (const at of [1, 0, 2]) {
      sources[at]!.sink!.apply(deleted(object));
      sources[at]!.sink!.apply(deleted(object));
      expect(known()[at]).toBe(false);
      expect(stored()).toEqual(known());
    }
    expect(registry.status.objects).toBe(0);
    expect(known()).toEqual([false, false, false]);
  });
});

describe('objects of one name in several sources', () => {
  const object = serviceEntry('a/x', { vips: ['10.0.0.1'], hasAddresses: true });
  const other = serviceEntry('a/x', { vips: ['10.0.0.2'], hasAddresses: true, location: 'MESH_EXTERNAL', ttl: 7 });

  test.each([
    [0, 1],
    [1, 0],
  ])('merge in the order of the sources, and not in that of their coming: %i first', (...order) => {
    const sources = [new HandSource(), new HandSource()];
    const service = serviceWith(new FakeClock(), sources);
    const told = [object, other];
    for (const at of order) sources[at]!.sink!.apply(upsert(told[at]!));
    expect(service.registry.resolve('a.example.com', anybody)?.answer).toMatchObject({
      kind: 'internal',
      addresses: ['10.0.0.1', '10.0.0.2'],
      ttl: 7,
    });
  });

  test('their workloads too: of two with one address the first source’s counts', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const sources = [new HandSource(), new HandSource()];
      const service = serviceWith(new FakeClock(), sources);
      sources[0]!.sink!.apply(
        upsert(
          serviceEntry('a/x', {
            selector: new Map([['app', 'a']]),
            ports: [{ name: 'http', number: 80, isUdp: false, targetPort: undefined }],
          }),
        ),
      );
      const workload = (weight: number): RegistryObject => {
        const base = workloadEntry('a/vm', '10.0.0.1', { app: 'a' });
        return { ...base, endpoint: { ...base.endpoint, weight } };
      };
      for (const at of order) sources[at]!.sink!.apply(upsert(workload(at + 1)));
      const answer = service.registry.resolve('a.example.com', anybody)?.answer;
      expect(answer?.services.map(({ records }) => records.map(({ weight }) => weight))).toEqual([[1], [1]]);
    }
  });

  test('an upsert that says the same as what another source has is one of its own', () => {
    const sources = [new HandSource(), new HandSource()];
    const service = serviceWith(new FakeClock(), sources);
    sources[0]!.sink!.apply([{ type: 'upsert', object }]);
    sources[1]!.sink!.apply([{ type: 'upsert', object }]);
    expect(service.status.objects).toBe(2);
    sources[0]!.sink!.apply(deleted(object));
    expect(addressesOf(service, 'a.example.com')).toEqual(['10.0.0.1']);
  });

  test.each(['hash', 'pool FILE 240.240.0.0/16'])(
    'share the address that autoallocate %s gives to their name',
    (mode) => {
      const sources = [new HandSource(), new HandSource()];
      const line = `autoallocate ${mode.replace('FILE', join(temporaryDirectory(), 'pool.json'))}`;
      const service = serviceWith(new FakeClock(), sources, line, 'auto_addresses all');
      sources[1]!.sink!.apply(upsert(serviceEntry('a/x', { resolution: 'STATIC' })));
      const given = addressesOf(service, 'a.example.com');
      expect(given?.[0]).toMatch(/^240\.240\./);
      sources[0]!.sink!.apply(upsert(serviceEntry('a/x', { resolution: 'STATIC' })));
      expect(addressesOf(service, 'a.example.com')).toEqual(given);
      sources[1]!.sink!.apply(deleted(object));
      expect(addressesOf(service, 'a.example.com')).toEqual(given);
    },
  );
});
