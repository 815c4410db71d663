import { noKubernetes } from '../../../../src/plugins/serviceentry/config.ts';
import { KubernetesSource } from '../../../../src/registry/sources/kubernetes/kubernetes-source.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { FakeApiServer, type ApiObject } from '../../../support/fake-api-server.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { describeSource, manifestOf, type SourceHarness, type TestObject } from '../source-conformance.ts';

async function apiServerOrigin(): Promise<SourceHarness> {
  const server = await FakeApiServer.start();
  const put = (object: TestObject): Promise<void> => {
    server.put('serviceentries', manifestOf(object) as unknown as ApiObject);
    return Promise.resolve();
  };
  return {
    makeSource: () =>
      new KubernetesSource({
        config: { ...noKubernetes, clusters: [{ kind: 'endpoint', url: server.url, tls: undefined }] },
        watchesServices: false,
        watchesSidecars: false,
        watchesNodes: false,
        clock: systemClock,
        logger: new RecordingLogger(),
        timing: { pageSize: 100 },
      }),
    create: put,
    update: put,
    delete({ namespace, name }) {
      server.delete('serviceentries', namespace, name);
      return Promise.resolve();
    },
    touch: put,
    createBad: (namespace, name) => put({ namespace, name, hosts: [] }),
    close: () => server.close(),
  };
}

describeSource('an API server', apiServerOrigin);
