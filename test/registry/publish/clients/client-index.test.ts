import { expect, test } from 'vitest';
import { parseAddress } from '../../../../src/wire/address.ts';
import { ClientIndex } from '../../../../src/registry/publish/clients/client-index.ts';
import { clientName, NamespaceIds } from '../../../../src/registry/publish/clients/namespace-ids.ts';
import { clientFlag, recordOffset } from '../../../../src/table/layout.ts';
import { TableReader } from '../../../../src/table/reader.ts';
import { TableWriter } from '../../../../src/table/writer.ts';
import { NameHasher } from '../../../../src/wire/name-hash.ts';
import { numberedObjects, pod } from '../../harness.ts';

function setUp() {
  const writer = new TableWriter(3);
  const ids = new NamespaceIds(writer);
  const index = new ClientIndex(writer, ids, numberedObjects());
  const of = (ip: string): string => {
    index.flush();
    const reader = new TableReader(writer.handle);
    const name = clientName(parseAddress(ip)!);
    const record = reader.find(new NameHasher(3).hash(name, 0, name.length), name, 0, name.length);
    if (record < 0) return 'nobody';
    const flags = reader.arena[record + recordOffset.flags]!;
    const number = reader.arena[record + recordOffset.ttl + 3];
    const namespace = ['one', 'two'].find((each) => ids.idOf(each) === number);
    return `${namespace}${flags & clientFlag.meshed ? ' meshed' : ''}${flags & clientFlag.forwarder ? ' forwarder' : ''}`;
  };
  ids.idOf('one');
  ids.idOf('two');
  return { index, of };
}

test('a Pod has its addresses while it is there', () => {
  const { index, of } = setUp();
  const one = pod('one/p', ['10.0.0.1', '2001:db8::1'], {});
  index.add(one);
  expect([of('10.0.0.1'), of('2001:db8::1'), of('10.0.0.2')]).toEqual(['one', 'one', 'nobody']);
  index.remove(one);
  expect([of('10.0.0.1'), of('2001:db8::1')]).toEqual(['nobody', 'nobody']);
});

test('an address of two namespaces is nobody’s until one of them is left', () => {
  const { index, of } = setUp();
  const [one, two] = [pod('one/p', ['10.0.0.1'], {}), pod('two/p', ['10.0.0.1'], {})];
  index.add(one);
  index.add(two);
  expect(of('10.0.0.1')).toBe('nobody');
  index.remove(one);
  expect(of('10.0.0.1')).toBe('two');
});

test('two Pods of one namespace: in the mesh only where both are, a forwarder where one is', () => {
  const { index, of } = setUp();
  index.add(pod('one/a', ['10.0.0.1'], {}, { isMeshed: true }));
  expect(of('10.0.0.1')).toBe('one meshed');
  index.add(pod('one/b', ['10.0.0.1'], { 'k8s-app': 'kube-dns' }));
  expect(of('10.0.0.1')).toBe('one forwarder');
});

test('host-network Pods and those that have ended say nothing', () => {
  const { index, of } = setUp();
  index.add(pod('one/node', ['10.0.0.1'], {}, { isHostNetwork: true }));
  index.add(pod('one/ended', ['10.0.0.2'], {}, { hasEnded: true }));
  index.add(pod('one/unready', ['10.0.0.3'], {}, { isReady: false }));
  expect([of('10.0.0.1'), of('10.0.0.2'), of('10.0.0.3')]).toEqual(['nobody', 'nobody', 'one']);
});

test('what is served changes with flush alone', () => {
  const { index, of } = setUp();
  const one = pod('one/p', ['10.0.0.1'], {});
  index.add(one);
  expect(of('10.0.0.1')).toBe('one');
  index.remove(one);
  index.add(pod('one/q', ['10.0.0.1'], {}, { isMeshed: true }));
  expect(of('10.0.0.1')).toBe('one meshed');
});
