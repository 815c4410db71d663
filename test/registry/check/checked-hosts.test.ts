import { describe, expect, test } from 'vitest';
import type { ServiceEntry } from '../../../src/registry/model/object.ts';
import type { RegistryOptions } from '../../../src/registry/model/options.ts';
import type { CheckState } from '../../../src/registry/resolve/checked.ts';
import { endpoint, pod, RegistryHarness, serviceEntry, workloadEntry } from '../harness.ts';

const port = (name: string, number: number, isUdp = false, targetPort?: number) => ({
  name,
  number,
  isUdp,
  targetPort,
});
const http = [port('http', 80)];

/** A registry over a checker that a test decides over. */
class Rig {
  readonly down = new Set<string>();
  readonly added = new Set<string>();
  readonly harness: RegistryHarness;

  constructor(options: Partial<RegistryOptions> = {}, locality = '') {
    const checker = {
      add: (target: string) => {
        if (this.added.has(target)) throw new Error(`${target} is there`);
        this.added.add(target);
      },
      remove: (target: string) => {
        if (!this.added.delete(target)) throw new Error(`${target} is not there`);
      },
      stateOf: (target: string): CheckState => ({
        state: this.down.has(target) ? 'down' : 'up',
        sinceMs: 0,
        error: this.down.has(target) ? 'ECONNREFUSED' : '',
      }),
    };
    this.harness = new RegistryHarness({ checked: 'external', ...options }, { locality }, { mode: 'off' }, checker);
  }

  /** These are down from now on, and all others up. Returns how many hosts that made the registry resolve. */
  set(...down: readonly string[]): number {
    const changed = [...this.added].filter((each) => this.down.has(each) !== down.includes(each));
    this.down.clear();
    for (const each of down) this.down.add(each);
    return this.harness.resolvedBy(() => this.harness.registry.checked(changed));
  }

  addresses(name = 'a.example.com'): string[] {
    return this.harness.addresses(name).split(' ').toSorted();
  }
}

const external = (name: string, ips: readonly string[], changes: Partial<ServiceEntry> = {}): ServiceEntry =>
  serviceEntry(name, { location: 'MESH_EXTERNAL', ports: http, endpoints: ips.map((ip) => endpoint(ip)), ...changes });

describe('what is checked', () => {
  test.each<[string, Partial<ServiceEntry>, string[]]>([
    ['the port', {}, ['10.0.0.1:80']],
    ['the target port', { ports: [port('http', 80, false, 8080)] }, ['10.0.0.1:8080']],
    [
      "the endpoint's own port",
      { endpoints: [endpoint('10.0.0.1', { ports: new Map([['http', 8081]]) })] },
      ['10.0.0.1:8081'],
    ],
    ['the first port that is not UDP', { ports: [port('dns', 53, true), port('tls', 853)] }, ['10.0.0.1:853']],
    ['IPv6', { endpoints: [endpoint('2001:db8::1')] }, ['[2001:db8::1]:80']],
    ['nothing with UDP alone', { ports: [port('dns', 53, true)] }, []],
    ['nothing without ports', { ports: [] }, []],
    ['nothing inside of the mesh', { location: 'MESH_INTERNAL' }, []],
    ['nothing of DNS', { resolution: 'DNS' }, []],
    ['nothing of NONE', { resolution: 'NONE' }, []],
    ['nothing where there are VIPs', { vips: ['10.9.9.9'], hasAddresses: true }, []],
  ])('%s', (_what, changes, targets) => {
    const rig = new Rig();
    rig.harness.upsert(external('a', ['10.0.0.1'], changes));
    expect([...rig.added]).toEqual(targets);
  });

  test('inside of the mesh too where that is said; never Pods, nor what endpoint_answers leaves out', () => {
    const selector = new Map([['app', 'a']]);
    const entry = serviceEntry('a', { ports: http, selector });
    const workloads = [workloadEntry('vm', '10.0.0.1', { app: 'a' }), pod('p', ['10.0.0.2'], { app: 'a' })];
    const inside = new Rig({ checked: 'all' });
    inside.harness.upsert(entry, ...workloads);
    expect([...inside.added]).toEqual(['10.0.0.1:80']);
    const silent = new Rig({ checked: 'all', endpointAnswers: 'internal' });
    silent.harness.upsert(external('a', ['10.0.0.3']));
    expect([...silent.added]).toEqual([]);
  });

  test('once, as long as some host has it', () => {
    const rig = new Rig();
    const b = external('b', ['10.0.0.1', '10.0.0.2'], { hosts: ['b.example.com', 'c.example.com'] });
    rig.harness.upsert(external('a', ['10.0.0.1']), b);
    expect([...rig.added].toSorted()).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    rig.harness.delete(b);
    expect([...rig.added]).toEqual(['10.0.0.1:80']);
    rig.harness.upsert(external('a', ['10.0.0.3']));
    expect([...rig.added]).toEqual(['10.0.0.3:80']);
    rig.harness.delete(external('a', []));
    expect([...rig.added]).toEqual([]);
  });
});

describe('what is answered', () => {
  test('endpoints that are down are not, and only their hosts are resolved again', () => {
    const rig = new Rig();
    rig.harness.upsert(
      external('a', ['10.0.0.1', '10.0.0.2']),
      external('b', ['10.0.0.1', '10.0.0.3'], { hosts: ['b.example.com'] }),
      external('c', ['10.0.0.4', '10.0.0.5'], { hosts: ['c.example.com'] }),
    );
    expect(rig.set('10.0.0.1:80')).toBe(2);
    expect(rig.addresses()).toEqual(['10.0.0.2']);
    expect(rig.addresses('b.example.com')).toEqual(['10.0.0.3']);
    expect(rig.addresses('c.example.com')).toEqual(['10.0.0.4', '10.0.0.5']);
    expect(rig.harness.ask('_http._tcp.a.example.com', 'SRV').answer).toHaveLength(1);
    expect(rig.set()).toBe(2);
    expect(rig.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test('all that are down are answered as if nobody had looked', () => {
    const rig = new Rig();
    rig.harness.upsert(external('a', ['10.0.0.1', '10.0.0.2']));
    rig.set('10.0.0.1:80', '10.0.0.2:80');
    expect(rig.addresses()).toEqual(['10.0.0.1', '10.0.0.2']);
    rig.set('10.0.0.1:80');
    expect(rig.addresses()).toEqual(['10.0.0.2']);
  });

  test('what cannot be checked stays, also where all others are down', () => {
    const rig = new Rig();
    rig.harness.upsert(
      external('a', ['10.0.0.1']),
      external('b', ['10.0.0.2'], { hosts: ['a.example.com'], ports: [port('dns', 53, true)] }),
    );
    rig.set('10.0.0.1:80');
    expect(rig.addresses()).toEqual(['10.0.0.2']);
  });

  test('the name of an endpoint that is down, and its PTR, stay', () => {
    const rig = new Rig({ checked: 'all' });
    rig.harness.upsert(external('a', ['10.0.0.1', '10.0.0.2'], { location: 'MESH_INTERNAL' }));
    rig.set('10.0.0.1:80');
    expect(rig.addresses()).toEqual(['10.0.0.2']);
    expect(rig.addresses('10-0-0-1.a.example.com')).toEqual(['10.0.0.1']);
    expect(rig.harness.ask('1.0.0.10.in-addr.arpa', 'PTR').answer).toHaveLength(1);
  });

  test('a locality whose endpoints are all down leaves the turn to the next one', () => {
    const rig = new Rig({ usesLocality: true, nearest: 'only' }, 'eu/a');
    rig.harness.upsert(
      external('a', [], {
        endpoints: [endpoint('10.0.0.1', { locality: 'eu/a' }), endpoint('10.0.0.2', { locality: 'eu/b' })],
      }),
    );
    expect(rig.addresses()).toEqual(['10.0.0.1']);
    rig.set('10.0.0.1:80');
    expect(rig.addresses()).toEqual(['10.0.0.2']);
    rig.set('10.0.0.1:80', '10.0.0.2:80');
    expect(rig.addresses()).toEqual(['10.0.0.1']);
  });
});
