import { describe, expect, test } from 'vitest';
import { endpoint, pod, RegistryHarness, serviceEntry, workloadEntry } from './harness.ts';

const vip = (name: string, host: string, address = '10.0.0.1') =>
  serviceEntry(name, { hosts: [host], vips: [address] });

/** A harness with 50 hosts of 50 ServiceEntries, and another that selects `app: a`. */
function filled(): RegistryHarness {
  const harness = new RegistryHarness();
  harness.upsert(...Array.from({ length: 50 }, (_, i) => vip(`vip-${i}`, `h${i}.example.com`)));
  harness.upsert(
    serviceEntry('selecting', { hosts: ['s.example.com', 't.example.com'], selector: new Map([['app', 'a']]) }),
  );
  return harness;
}

describe('a change resolves only the hosts that it touches', () => {
  test('of a ServiceEntry: those that it has or had', () => {
    const harness = filled();
    const two = serviceEntry('vip-3', { hosts: ['h3.example.com', 'new.example.com'], vips: ['10.0.0.2'] });
    expect(harness.resolvedBy(() => harness.upsert(two))).toBe(2);
    expect(harness.resolvedBy(() => harness.upsert(vip('vip-3', 'new.example.com')))).toBe(2);
    expect(harness.addresses('h3.example.com')).toBe('forwarded');
    expect(harness.resolvedBy(() => harness.delete(two))).toBe(1);
    expect(harness.addresses('new.example.com')).toBe('forwarded');
  });

  test('of a workload: those whose selector selects or selected it', () => {
    const harness = filled();
    const vm = workloadEntry('vm', '10.0.0.9', { app: 'a' });
    expect(harness.resolvedBy(() => harness.upsert(workloadEntry('other', '10.0.0.8', { app: 'b' })))).toBe(0);
    expect(harness.resolvedBy(() => harness.upsert(workloadEntry('two/vm', '10.0.0.8', { app: 'a' })))).toBe(0);
    expect(harness.resolvedBy(() => harness.upsert(vm))).toBe(2);
    expect(harness.addresses('t.example.com')).toBe('10.0.0.9');
    expect(harness.resolvedBy(() => harness.upsert({ ...vm, labels: new Map([['app', 'b']]) }))).toBe(2);
    expect(harness.addresses('t.example.com')).toBe('NODATA');
    expect(harness.resolvedBy(() => harness.upsert({ ...vm, labels: new Map([['app', 'c']]) }))).toBe(0);
    expect(harness.resolvedBy(() => harness.delete(vm))).toBe(0);
  });

  test('a batch resolves each host once, whatever touches it', () => {
    const harness = filled();
    const pods = Array.from({ length: 20 }, (_, i) => pod(`p${i}`, [`10.1.0.${i}`], { app: 'a' }));
    expect(harness.resolvedBy(() => harness.upsert(...pods))).toBe(2);
  });

  test('what never matches and what may not be taken is not resolved at all', () => {
    const harness = new RegistryHarness({ except: ['google.com'] });
    expect(harness.resolvedBy(() => harness.upsert(serviceEntry('a', { hosts: ['*foo.com', 'google.com'] })))).toBe(0);
    expect(harness.registry.status).toMatchObject({ objects: 1, hosts: 0 });
  });

  test('to delete what is not there does nothing', () => {
    const harness = filled();
    expect(harness.resolvedBy(() => harness.delete(vip('nobody', 'h1.example.com')))).toBe(0);
  });
});

describe('serial', () => {
  test('is the time of the last change that DNS can see', () => {
    const harness = new RegistryHarness();
    const started = Math.floor(harness.clock.wall() / 1000);
    const entry = serviceEntry('a', { endpoints: [endpoint('10.0.0.1')] });
    expect(harness.writer.serial).toBe(started);
    harness.clock.advance(10_000);
    harness.upsert(entry);
    expect(harness.writer.serial).toBe(started + 10);
    harness.clock.advance(10_000);
    // Neither the same again, nor what no answer shows, nor a workload that nobody selects.
    harness.upsert({ ...entry });
    harness.upsert({ ...entry, meta: { ...entry.meta, created: 1 }, allowsAutoAddresses: false });
    harness.upsert(workloadEntry('vm', '10.0.0.9', { app: 'a' }));
    harness.delete(vip('nobody', 'a.example.com'));
    expect(harness.writer.serial).toBe(started + 10);
    harness.delete(entry);
    expect(harness.writer.serial).toBe(started + 20);
  });

  test.each([
    ['an address', { endpoints: [endpoint('10.0.0.2')] }],
    ['a TTL', { ttl: 7 }],
    ['a port', { ports: [{ name: 'http', number: 80, isUdp: false, targetPort: undefined }] }],
    ['the location', { location: 'MESH_EXTERNAL' as const }],
    ['exportTo', { exportTo: ['.'] }],
  ])('changes with %s', (_name, changes) => {
    const harness = new RegistryHarness();
    const base = { endpoints: [endpoint('10.0.0.1')] };
    harness.upsert(serviceEntry('a', base));
    const before = harness.writer.serial;
    harness.clock.advance(1000);
    harness.upsert(serviceEntry('a', { ...base, ...changes }));
    expect(harness.writer.serial).toBe(before + 1);
  });
});

describe('a host hides an endpoint name of the host above', () => {
  const above = serviceEntry('above', { hosts: ['db.example.com'], selector: new Map([['app', 'a']]) });
  const vm = workloadEntry('vm', '10.0.0.9', { app: 'a' });
  const hiding = vip('hiding', 'vm.db.example.com');

  test.each([
    ['the host last', [above, vm, hiding]],
    ['the host first', [hiding, above, vm]],
    ['the workload last', [above, hiding, vm]],
  ])('%s, and it comes back when the host goes', (_name, objects) => {
    const harness = new RegistryHarness();
    for (const object of objects) harness.upsert(object);
    expect(harness.addresses('vm.db.example.com')).toBe('10.0.0.1');
    expect(harness.addresses('10-0-0-9.db.example.com')).toBe('10.0.0.9');
    harness.delete(hiding);
    expect(harness.addresses('vm.db.example.com')).toBe('10.0.0.9');
  });

  test('when the endpoint goes first, nothing comes back', () => {
    const harness = new RegistryHarness();
    harness.upsert(above, vm, hiding);
    harness.delete(vm);
    expect(harness.addresses('vm.db.example.com')).toBe('10.0.0.1');
    harness.delete(hiding);
    expect(harness.addresses('vm.db.example.com')).toBe('forwarded');
  });

  test('when both go at once, in either order', () => {
    for (const gone of [
      [above, hiding],
      [hiding, above],
    ]) {
      const harness = new RegistryHarness();
      harness.upsert(above, vm, hiding);
      harness.registry.apply(
        gone.map(({ kind, meta }) => ({ type: 'delete', kind, namespace: meta.namespace, name: meta.name })),
      );
      expect(harness.addresses('vm.db.example.com')).toBe('forwarded');
      expect(harness.addresses('10-0-0-9.db.example.com')).toBe('forwarded');
      expect(harness.registry.status.hosts).toBe(0);
    }
  });
});

describe('empty non-terminals', () => {
  test('appear with the first name below them, and go with the last', () => {
    const harness = new RegistryHarness();
    const size = harness.writer.size;
    const [one, two] = [vip('one', 'a.b.c.mesh.test'), vip('two', 'x.c.mesh.test')];
    harness.upsert(one);
    expect(['b.c.mesh.test', 'c.mesh.test'].map((name) => harness.addresses(name))).toEqual(['NODATA', 'NODATA']);
    harness.upsert(two);
    harness.delete(one);
    expect(harness.addresses('b.c.mesh.test')).toBe('NXDOMAIN');
    expect(harness.addresses('c.mesh.test')).toBe('NODATA');
    harness.delete(two);
    expect(harness.addresses('c.mesh.test')).toBe('NXDOMAIN');
    expect(harness.writer.size).toBe(size);
  });

  test('a host that is one too stays an ancestor when it goes', () => {
    const harness = new RegistryHarness();
    const [upper, lower] = [vip('upper', 'c.mesh.test'), vip('lower', 'a.b.c.mesh.test')];
    harness.upsert(upper, lower);
    expect(harness.addresses('c.mesh.test')).toBe('10.0.0.1');
    harness.delete(upper);
    expect(harness.addresses('c.mesh.test')).toBe('NODATA');
    harness.upsert(upper);
    harness.delete(lower);
    expect(harness.addresses('c.mesh.test')).toBe('10.0.0.1');
    expect(harness.addresses('b.c.mesh.test')).toBe('NXDOMAIN');
  });

  test('an endpoint name that is one too', () => {
    const harness = new RegistryHarness();
    const vm = workloadEntry('vm', '10.0.0.9', { app: 'a' });
    const lower = vip('lower', 'x.vm.db.mesh.test');
    harness.upsert(serviceEntry('a', { hosts: ['db.mesh.test'], selector: new Map([['app', 'a']]) }), vm, lower);
    expect(harness.addresses('vm.db.mesh.test')).toBe('10.0.0.9');
    harness.delete(vm);
    expect(harness.addresses('vm.db.mesh.test')).toBe('NODATA');
    harness.upsert(vm);
    harness.delete(lower);
    expect(harness.addresses('vm.db.mesh.test')).toBe('10.0.0.9');
    harness.delete(vm);
    expect(harness.addresses('vm.db.mesh.test')).toBe('NXDOMAIN');
  });

  test('the fixed names of an own zone come back when a host takes them and goes', () => {
    const harness = new RegistryHarness();
    const hosts = ['mesh.test', 'ns.dns.mesh.test', 'dns.mesh.test'];
    const taking = serviceEntry('a', { hosts, vips: ['10.0.0.1'] });
    harness.upsert(taking);
    expect(hosts.map((name) => harness.addresses(name))).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.1']);
    expect(harness.ask('mesh.test', 'NS').answer).toEqual(['mesh.test. 30 IN NS ns.dns.mesh.test.']);
    harness.delete(taking);
    expect(hosts.map((name) => harness.addresses(name))).toEqual(['NODATA', '192.0.2.53', 'NODATA']);
    expect(harness.ask('mesh.test', 'NS').answer).toEqual(['mesh.test. 30 IN NS ns.dns.mesh.test.']);
  });
});

describe('wildcards', () => {
  test('of every depth up to the deepest are found, and not when they are gone', () => {
    const harness = new RegistryHarness();
    const suffixes = Array.from({ length: 125 }, (_, i) => Array.from({ length: i + 1 }, () => 'a').join('.'));
    for (const [i, suffix] of suffixes.entries()) {
      const entry = vip('w', `*.${suffix}`, `10.0.${i}.1`);
      harness.upsert(entry);
      const name = `b.${suffix}`;
      expect(harness.addresses(name), `${i + 1} labels`).toBe(`10.0.${i}.1`);
      harness.delete(entry);
      expect(harness.addresses(name)).toBe('forwarded');
    }
  });

  test('when a longer one goes, the shorter one answers', () => {
    const harness = new RegistryHarness();
    const longer = vip('longer', '*.b.example.com', '10.0.0.2');
    harness.upsert(vip('shorter', '*.example.com', '10.0.0.1'), longer);
    expect(harness.addresses('a.b.example.com')).toBe('10.0.0.2');
    expect(harness.addresses('b.example.com')).toBe('10.0.0.1');
    harness.delete(longer);
    expect(harness.addresses('a.b.example.com')).toBe('10.0.0.1');
  });
});

describe('allow', () => {
  test('warns of a host that a namespace may not take, with what a log in JSON needs', () => {
    const harness = new RegistryHarness({ allow: new Map([['team', ['team.test']]]) });
    harness.upsert(serviceEntry('team/a', { hosts: ['a.team.test', 'google.com'], vips: ['10.0.0.1'] }));
    const message =
      'plugin/serviceentry: ServiceEntry team/a: host google.com is not served: allow limits namespace team to names at or below team.test';
    const fields = { object: 'ServiceEntry team/a', host: 'google.com', reason: 'not-allowed' };
    expect(harness.logger.lines.filter(({ level }) => level !== 'debug')).toEqual([
      { level: 'warning', message, fields },
    ]);
    expect([harness.registry.rejectionCount('not-allowed'), harness.registry.rejectionCount('excluded')]).toEqual([
      1, 0,
    ]);
  });
});

describe('status', () => {
  test('counts objects and hosts, and lists what was refused as long as the object is there', () => {
    const harness = new RegistryHarness({ only: ['mesh.test'] });
    const entry = serviceEntry('ns/a', { hosts: ['a.mesh.test', 'google.com'], vips: ['10.0.0.1'] });
    harness.upsert(entry, pod('p', ['10.0.0.2'], {}));
    const { objects, hosts, rejections } = harness.registry.status;
    expect({ objects, hosts }).toEqual({ objects: 2, hosts: 1 });
    expect(rejections).toEqual([
      {
        reason: 'excluded',
        object: 'ServiceEntry ns/a',
        field: 'spec.hosts[1]',
        message: 'only serves names at or below mesh.test',
        origin: 'test',
      },
    ]);
    // What the operator has excluded is no fault.
    expect(harness.logger.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
    harness.registry.synced();
    expect(harness.logger.lines.at(-1)).toMatchObject({
      level: 'info',
      message: 'plugin/serviceentry: 1 host is not served, as only and except say',
    });
    harness.delete(entry);
    expect(harness.registry.status.rejections).toEqual([]);
  });

  test('what a source left out stands beside it', () => {
    const harness = new RegistryHarness();
    const rejection = {
      reason: 'host',
      object: 'ServiceEntry a/b',
      field: 'spec.hosts[0]',
      message: 'x',
      origin: 'y',
    } as const;
    harness.registry.rejected([rejection]);
    expect(harness.registry.status.rejections).toEqual([rejection]);
    harness.registry.rejected([]);
    expect(harness.registry.status.rejections).toEqual([]);
  });

  test('exampleHost: one with endpoints, else any that is no wildcard', () => {
    const harness = new RegistryHarness();
    expect(harness.registry.exampleHost).toBeUndefined();
    harness.upsert(vip('w', '*.example.com'));
    expect(harness.registry.exampleHost).toBeUndefined();
    harness.upsert(vip('v', 'v.example.com'));
    expect(harness.registry.exampleHost).toBe('v.example.com');
    harness.upsert(serviceEntry('e', { hosts: ['e.example.com'], endpoints: [endpoint('10.0.0.1')] }));
    expect(harness.registry.exampleHost).toBe('e.example.com');
  });
});

test('10,000 hosts come and go, and leave nothing', () => {
  const harness = new RegistryHarness();
  const { size } = harness.writer;
  const entries = Array.from({ length: 10_000 }, (_, i) =>
    vip(`e${i}`, `h${i}.d${i % 100}.example.com`, `10.${i >> 8}.${i & 255}.1`),
  );
  harness.upsert(...entries);
  expect(harness.generations).toBeGreaterThan(0);
  for (const i of [0, 1, 4999, 9999]) {
    expect(harness.addresses(`h${i}.d${i % 100}.example.com`)).toBe(`10.${i >> 8}.${i & 255}.1`);
  }
  for (const entry of entries) harness.delete(entry);
  expect(harness.writer.size).toBe(size);
  expect(harness.addresses('h1.d1.example.com')).toBe('forwarded');
});
