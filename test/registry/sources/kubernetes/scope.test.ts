import { describe, expect, test } from 'vitest';
import { Rig, statusOf, until } from './support.ts';

const nobody = { everywhere: false, namespaces: new Set<string>() };

describe('what is watched', () => {
  test.each([
    [{}, {}, ['serviceentries', 'workloadentries']],
    [{ pods: 'on' as const }, {}, ['pods', 'serviceentries', 'workloadentries']],
    [{ pods: 'auto' as const }, {}, ['serviceentries', 'workloadentries']],
    [{}, { watchesServices: true }, ['serviceentries', 'services', 'workloadentries']],
    [{}, { watchesSidecars: true }, ['serviceentries', 'sidecars', 'workloadentries']],
    [{}, { watchesNodes: true }, ['nodes', 'serviceentries', 'workloadentries']],
    [{ namespaceLabels: 'env=prod' }, {}, ['namespaces', 'serviceentries', 'workloadentries']],
  ])('%j %j: %j', async (config, options, plurals) => {
    const rig = await Rig.start();
    await rig.watching(rig.watch(config, options));
    expect([...new Set(rig.server.requests.map(({ plural }) => plural))].sort()).toEqual(plurals);
  });

  test('namespaces are watched one by one', async () => {
    const rig = await Rig.start();
    for (const namespace of ['a', 'b', 'c']) rig.entry('x', 'x.example.com', namespace);
    await rig.watching(rig.watch({ namespaces: ['a', 'c'] }));
    expect(rig.known('ServiceEntry')).toEqual(['a/x', 'c/x']);
    const paths = rig.server.requestsFor('serviceentries', true).map(({ path }) => path);
    expect(paths.sort()).toEqual([
      '/apis/networking.istio.io/v1/namespaces/a/serviceentries',
      '/apis/networking.istio.io/v1/namespaces/c/serviceentries',
    ]);
    rig.entry('y', 'y.example.com', 'b');
    rig.entry('y', 'y.example.com', 'c');
    await rig.sink.untilHosts('c', 'y', ['y.example.com']);
    expect(rig.known('ServiceEntry')).toEqual(['a/x', 'c/x', 'c/y']);
  });

  test.each([{ namespaces: ['a', 'c'] }, { namespaceLabels: 'env=prod' }])(
    'nodes are in no namespace: %j',
    async (config) => {
      const rig = await Rig.start();
      const region = { 'topology.kubernetes.io/region': 'eu' };
      rig.server.put('nodes', { metadata: { name: 'n1', labels: region } });
      await rig.watching(rig.watch(config, { watchesNodes: true }));
      expect(rig.known('Node')).toEqual(['/n1']);
      expect(new Set(rig.server.requestsFor('nodes', true).map(({ path }) => path))).toEqual(
        new Set(['/api/v1/nodes']),
      );
      rig.server.delete('nodes', '', 'n1');
      await rig.sink.until(() => rig.known('Node').length === 0);
    },
  );

  test('labels are sent for ServiceEntries and WorkloadEntries, in lists and watches', async () => {
    const rig = await Rig.start();
    await rig.watching(rig.watch({ labels: 'app=x', pods: 'on' }));
    for (const { plural, query } of rig.server.requests) {
      expect(query.get('labelSelector'), plural).toBe(plural === 'pods' ? null : 'app=x');
    }
  });

  test('Pods that have ended are not watched', async () => {
    const rig = await Rig.start();
    await rig.watching(rig.watch({ pods: 'on' }));
    for (const { plural, query } of rig.server.requests) {
      const selector = plural === 'pods' ? 'status.phase!=Succeeded,status.phase!=Failed' : null;
      expect(query.get('fieldSelector')).toBe(selector);
    }
  });

  test('another revision is left out', async () => {
    const rig = await Rig.start();
    rig.entry('plain');
    rig.entry('ours', 'ours.example.com', 'shop', { 'istio.io/rev': 'canary' });
    rig.entry('theirs', 'theirs.example.com', 'shop', { 'istio.io/rev': 'stable' });
    await rig.watching(rig.watch({ revision: 'canary' }));
    expect(rig.known('ServiceEntry')).toEqual(['shop/ours', 'shop/plain']);
    rig.entry('theirs', 'theirs.example.com', 'shop', { 'istio.io/rev': 'canary' });
    await rig.sink.untilHosts('shop', 'theirs', ['theirs.example.com']);
    rig.entry('ours', 'ours.example.com', 'shop', { 'istio.io/rev': 'stable' });
    await rig.sink.untilHosts('shop', 'ours', undefined);
  });

  test('namespace_labels: objects come and go with the labels of their namespace', async () => {
    const rig = await Rig.start();
    rig.namespace('a', { env: 'prod' });
    rig.namespace('b', { env: 'test' });
    for (const namespace of ['a', 'b']) rig.entry('x', 'x.example.com', namespace);
    rig.entry('bad', '', 'b');
    await rig.watching(rig.watch({ namespaceLabels: 'env=prod' }));
    expect(rig.known('ServiceEntry')).toEqual(['a/x']);
    expect(rig.sink.rejections).toEqual([]);
    expect(rig.server.requestsFor('serviceentries', false)[0]!.query.has('labelSelector')).toBe(false);

    // To a watch with a selector a namespace whose labels match from now on is a new one, and the other way round.
    const b = { metadata: { name: 'b', uid: 'b', resourceVersion: '500' } };
    rig.server.write('namespaces', `${JSON.stringify({ type: 'ADDED', object: b })}\n`);
    await rig.sink.untilHosts('b', 'x', ['x.example.com']);
    expect(new Set(rig.sink.rejections.map(({ object }) => object))).toEqual(new Set(['ServiceEntry b/bad']));
    rig.server.write('namespaces', `${JSON.stringify({ type: 'DELETED', object: b })}\n`);
    await rig.sink.untilHosts('b', 'x', undefined);
    expect(rig.sink.rejections).toEqual([]);
    expect(rig.known('ServiceEntry')).toEqual(['a/x']);
  });
});

describe('Pods on demand', () => {
  test('are those of namespaces where something selects them', async () => {
    const rig = await Rig.start();
    for (const namespace of ['a', 'b', 'c']) rig.pod('p', namespace, '10.0.0.1');
    const source = rig.watch({ pods: 'auto' }, {}, ['a']);
    await rig.watching(source);
    expect(rig.known('Pod')).toEqual(['a/p']);
    source.demand({ everywhere: false, namespaces: new Set(['a', 'b']) });
    await until(() => rig.known('Pod').length === 2);
    expect(rig.known('Pod')).toEqual(['a/p', 'b/p']);
  });

  test('are waited for where the first list makes the demand', async () => {
    const rig = await Rig.start();
    rig.pod('p', 'shop', '10.0.0.1');
    rig.entry('a');
    const source = rig.make({ pods: 'auto' });
    source.demand(nobody);
    const apply = rig.sink.apply.bind(rig.sink);
    rig.sink.apply = (changes) => {
      apply(changes);
      source.demand({ everywhere: true, namespaces: new Set() });
    };
    source.start(rig.sink);
    await rig.synced();
    expect(rig.known('Pod')).toEqual(['shop/p']);
  });

  test('of all namespaces take the place of those of some, with nothing forgotten', async () => {
    const rig = await Rig.start();
    for (const namespace of ['a', 'b']) rig.pod('p', namespace, '10.0.0.1');
    const source = rig.watch({ pods: 'auto' }, {}, ['a']);
    await rig.watching(source);
    const batches = rig.sink.batches.length;
    source.demand({ everywhere: true, namespaces: new Set(['a']) });
    await until(() => rig.known('Pod').length === 2);
    expect(rig.changesSince(batches)).toEqual(['+b/p']);
    await rig.watching(source);
    await until(() => rig.server.watches === 3);

    // And the other way round, but only when it lasts.
    source.demand({ everywhere: false, namespaces: new Set(['a']) });
    rig.clock.advance(59_000);
    source.demand({ everywhere: true, namespaces: new Set(['a']) });
    source.demand({ everywhere: false, namespaces: new Set(['a']) });
    rig.server.bookmark();
    await until(() => source.status().every(({ lastBookmarkMs }) => lastBookmarkMs !== undefined));
    rig.clock.advance(59_000);
    expect(rig.known('Pod')).toEqual(['a/p', 'b/p']);
    rig.clock.advance(1000);
    expect(rig.known('Pod')).toEqual(['a/p']);
    await rig.watching(source);
    expect(rig.server.requestsFor('pods', true).at(-1)!.namespace).toBe('a');
    rig.pod('q', 'a', '10.0.0.2');
    await until(() => rig.known('Pod').length === 2);
  });

  test('are never watched where they are off', async () => {
    const rig = await Rig.start();
    const source = rig.watch({ pods: 'off' }, {}, ['a']);
    await rig.watching(source);
    source.demand({ everywhere: true, namespaces: new Set() });
    rig.entry('x');
    await rig.sink.untilHosts('shop', 'x', ['x.example.com']);
    expect(rig.server.requestsFor('pods', false)).toEqual([]);
    expect(statusOf(source, 'Pod')).toBeUndefined();
  });
});

describe('several clusters', () => {
  test('are distinguished, and one that is lost keeps its objects', async () => {
    const rig = await Rig.start();
    const other = await Rig.start();
    rig.entry('x', 'east.example.com');
    other.entry('x', 'west.example.com');
    const source = rig.watch({ clusters: [rig.cluster, other.cluster] });
    await rig.watching(source);
    const clusters = [...rig.sink.objects.values()].map(({ meta }) => meta.cluster);
    expect(new Set(clusters).size).toBe(2);
    expect(clusters).not.toContain(undefined);
    expect(source.name).toBe(`kubernetes(${clusters.join(' ')})`);

    await other.server.close();
    rig.server.delete('serviceentries', 'shop', 'x');
    await until(() => rig.sink.batches.flat().some(({ type }) => type === 'delete'));
    expect(rig.sink.batches.flat().at(-1)).toEqual({
      type: 'delete',
      kind: 'ServiceEntry',
      namespace: 'shop',
      name: 'x',
      cluster: new URL(rig.server.url).host,
    });
  });

  test('one alone has no name in its objects', async () => {
    const rig = await Rig.start();
    rig.entry('x');
    await rig.watching(rig.watch());
    for (const { meta } of rig.sink.objects.values()) expect('cluster' in meta).toBe(false);
  });
});
