import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ServiceEntry } from '../../../src/registry/model/object.ts';
import type { Workload } from '../../../src/registry/resolve/endpoints.ts';
import { WorkloadIndex } from '../../../src/registry/store/workload-index.ts';
import { numberedObjects, pod, serviceEntry, workloadEntry } from '../harness.ts';

const selecting = (name: string, labels: object): ServiceEntry =>
  serviceEntry(name, { selector: new Map(Object.entries(labels) as [string, string][]) });

function namesOf(found: Iterable<Workload | ServiceEntry>): string[] {
  return [...new Set(Array.from(found, ({ meta }) => `${meta.namespace}/${meta.name}`))].sort();
}

test('both ways: the workloads of a selector, and the selectors of a workload', () => {
  const index = new WorkloadIndex(numberedObjects());
  const web = selecting('one/web', { app: 'a', tier: 'web' });
  const all = selecting('one/all', {});
  const other = selecting('two/all', {});
  const vm = workloadEntry('one/vm', '10.0.0.1', { app: 'a', tier: 'web', more: 'x' });
  const db = pod('one/db', ['10.0.0.2'], { app: 'a', tier: 'db' });
  const far = workloadEntry('two/far', '10.0.0.3', { app: 'a', tier: 'web' });
  for (const entry of [web, all, other]) index.addSelector(entry);
  for (const workload of [vm, db, far]) index.addWorkload(workload);
  expect([web, all, other].map((entry) => namesOf(index.selectedBy(entry)))).toEqual([
    ['one/vm'],
    ['one/db', 'one/vm'],
    ['two/far'],
  ]);
  expect([vm, db, far].map((workload) => namesOf(index.selecting(workload)))).toEqual([
    ['one/all', 'one/web'],
    ['one/all'],
    ['two/all'],
  ]);
});

test('a ServiceEntry without a selector selects nothing', () => {
  const index = new WorkloadIndex(numberedObjects());
  const entry = serviceEntry('one/a');
  index.addSelector(entry);
  index.addWorkload(workloadEntry('one/vm', '10.0.0.1', {}));
  expect(index.selectedBy(entry)).toEqual([]);
});

test('a key and value that run together are no other key and value', () => {
  const index = new WorkloadIndex(numberedObjects());
  const entry = selecting('a', { 'x=y': 'z' });
  index.addSelector(entry);
  const vm = workloadEntry('vm', '10.0.0.1', { x: 'y=z' });
  index.addWorkload(vm);
  expect(index.selectedBy(entry)).toEqual([]);
  expect([...index.selecting(vm)]).toEqual([]);
});

const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'zone'), fc.constantFrom('a', 'b'), { maxKeys: 3 });
const space = fc.constantFrom('one', 'two');
const selector = fc.tuple(space, fc.nat(9), labels).map(([ns, i, given]) => selecting(`${ns}/s${i}`, given));
const workload = fc
  .tuple(space, fc.nat(9), labels)
  .map(([ns, i, given]) => workloadEntry(`${ns}/w${i}`, `10.0.0.${i}`, given));
const byName = { selector: ({ meta }: Workload | ServiceEntry) => `${meta.namespace}/${meta.name}` };

test('finds what looking at everything finds, also when some have gone', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(selector, byName),
      fc.uniqueArray(workload, byName),
      fc.nat(3),
      (selectors, workloads, gone) => {
        const index = new WorkloadIndex(numberedObjects());
        for (const each of selectors) index.addSelector(each);
        for (const each of workloads) index.addWorkload(each);
        for (const each of selectors.slice(0, gone)) index.removeSelector(each);
        for (const each of workloads.slice(0, gone)) index.removeWorkload(each);
        const [liveSelectors, liveWorkloads] = [selectors.slice(gone), workloads.slice(gone)];
        const selects = (entry: ServiceEntry, candidate: Workload): boolean =>
          entry.meta.namespace === candidate.meta.namespace &&
          [...entry.selector!].every(([key, value]) => candidate.labels.get(key) === value);
        for (const entry of liveSelectors) {
          expect(namesOf(index.selectedBy(entry))).toEqual(
            namesOf(liveWorkloads.filter((each) => selects(entry, each))),
          );
        }
        for (const each of liveWorkloads) {
          expect(namesOf(index.selecting(each))).toEqual(
            namesOf(liveSelectors.filter((entry) => selects(entry, each))),
          );
        }
      },
    ),
  );
});
