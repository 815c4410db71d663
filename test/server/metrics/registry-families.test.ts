import { expect, onTestFinished, test, vi } from 'vitest';
import { PackedTexts } from '../../../src/collections/packed-texts.ts';
import { RegistryService } from '../../../src/plugins/serviceentry/registry-service.ts';
import { PackedObjects } from '../../../src/registry/store/packed-objects.ts';
import type { RegistryObject } from '../../../src/registry/model/object.ts';
import type { Rejection } from '../../../src/registry/model/rejection.ts';
import type { Change } from '../../../src/registry/sources/source.ts';
import { Store } from '../../../src/registry/store/store.ts';
import { registryFamilies } from '../../../src/plugins/serviceentry/metrics.ts';
import { parseOptions } from '../../plugins/serviceentry/options.ts';
import { pod, serviceEntry, workloadEntry } from '../../registry/harness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { HandSource, registryHost } from '../../support/running.ts';

const meta = { namespace: 'a', name: 'x', created: undefined, origin: { text: 'test' } };

/** A registry of one source, and what its metrics say but for zeros: `NAME LABEL` → value. */
function running(...options: string[]) {
  const clock = new FakeClock();
  const source = new HandSource();
  const service = new RegistryService(parseOptions(...options).config, registryHost({ clock }), () => [source]);
  void service.start();
  onTestFinished(() => service.stop());
  const families = registryFamilies([{ zones: ['.'], service }], clock);
  const scrape = (): Record<string, number> => {
    const values: Record<string, number> = {};
    for (const { name, samples } of families) {
      for (const { labels, value } of samples()) {
        const label = labels.kind ?? labels.reason ?? '';
        if (value !== 0) values[`${name.replace('coredns_serviceentry_', '')} ${label}`.trim()] = value;
      }
    }
    return values;
  };
  return { sink: source.sink!, scrape };
}

const upserts = (objects: readonly RegistryObject[]): Change[] => objects.map((object) => ({ type: 'upsert', object }));
const deletes = (objects: readonly RegistryObject[]): Change[] =>
  objects.map(({ kind, meta: { namespace, name } }) => ({ type: 'delete', kind, namespace, name }));

test('objects, hosts and rejections are counted as they come and go', () => {
  const { sink, scrape } = running('except bad.test', 'services on', 'sidecars on');
  const rejection = (reason: Rejection['reason']): Rejection => {
    return { reason, object: 'ServiceEntry a/b', field: '', message: '', origin: '' };
  };
  const objects: RegistryObject[] = [
    serviceEntry('one', { hosts: ['one.test', 'a.bad.test', 'b.bad.test'], vips: ['10.0.0.1'] }),
    serviceEntry('two', { hosts: ['one.test', 'two.test', 'c.bad.test'], vips: ['10.0.0.2'] }),
    workloadEntry('vm', '10.0.0.1', {}),
    pod('p', ['10.0.0.1'], {}),
    pod('q', ['10.0.0.2'], {}),
    { kind: 'Service', meta },
    { kind: 'Sidecar', meta, selector: undefined, egressHosts: undefined },
  ];
  sink.apply(upserts(objects));
  sink.apply(upserts(objects));
  sink.rejected([rejection('host'), rejection('port'), rejection('host')]);
  expect(scrape()).toMatchObject({
    'objects ServiceEntry': 2,
    'objects WorkloadEntry': 1,
    'objects Pod': 2,
    'objects Service': 1,
    'objects Sidecar': 1,
    hosts: 2,
    'rejections host': 2,
    'rejections port': 1,
    hosts_excluded: 3,
  });
  sink.apply(deletes(objects.slice(1)));
  sink.rejected([rejection('port')]);
  const left = scrape();
  expect(left).toMatchObject({
    'objects ServiceEntry': 1,
    hosts: 1,
    'rejections port': 1,
    hosts_excluded: 2,
  });
  expect(Object.keys(left).filter((key) => /^(objects|rejections)/.test(key))).toHaveLength(2);
  sink.apply(deletes([...objects, ...objects]));
  sink.rejected([]);
  expect(Object.keys(scrape()).filter((key) => /^(objects|hosts$|rejections)/.test(key))).toEqual([]);
});

test('a scrape goes through no objects: none is read, however many there are', () => {
  const { sink, scrape } = running('except bad.test');
  sink.apply(
    upserts(Array.from({ length: 1000 }, (_, i) => serviceEntry(`e${i}`, { hosts: [`h${i}.test`, `h${i}.bad.test`] }))),
  );
  const getters = (['objects', 'hosts', 'deniedHosts'] as const).map((name) => vi.spyOn(Store.prototype, name, 'get'));
  const spies = [
    vi.spyOn(PackedObjects.prototype, 'all'),
    vi.spyOn(PackedObjects.prototype, 'objectOf'),
    vi.spyOn(PackedTexts.prototype, 'ids'),
    vi.spyOn(PackedTexts.prototype, 'get'),
    vi.spyOn(JSON, 'parse'),
    ...getters,
  ];
  onTestFinished(() => void vi.restoreAllMocks());
  expect(scrape()).toMatchObject({ 'objects ServiceEntry': 1000, hosts: 1000, hosts_excluded: 1000 });
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
});
