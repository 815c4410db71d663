import { describe, expect, onTestFinished, test } from 'vitest';
import { PluginError, type Control, type Host } from '../../../src/plugins/control.ts';
import type { Plugin, Use } from '../../../src/plugins/plugin.ts';
import { makePlugins } from '../../../src/plugins/plugins.ts';
import { plainText, sendText } from '../../../src/runtime/http/server.ts';
import { RunningServer } from '../../../src/server/control/server.ts';
import { askUdp } from '../../support/dns-client.ts';
import { valueOf } from '../../support/exposition.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { encodeQuery } from '../../support/query.ts';
import { configOfText, environmentFor, get } from '../../support/running.ts';

/** A server with a control half of the test's own behind `debug`, which has none. */
function environmentWith(control: (uses: readonly Use<unknown>[], host: Host) => Control, clock?: FakeClock) {
  const plugins = makePlugins().map((plugin): Plugin<unknown> =>
    plugin.name === 'debug'
      ? { ...plugin, parse: () => ({}), control: (uses, host) => Promise.resolve(control(uses, host)) }
      : plugin,
  );
  return { ...environmentFor(clock ? { clock } : {}), plugins };
}

const corefile = `a.test:0 {
bind 127.0.0.1
whoami
}
b.test:0 {
bind 127.0.0.1
debug
prometheus localhost:0
ready localhost:0
health localhost:0
whoami
}
`;

function defect(): never {
  throw new Error('a defect');
}

describe('a control half that fails at the start', () => {
  test.each<[when: string, control: (uses: readonly Use<unknown>[]) => Control]>([
    ['when it is made', defect],
    ['when it is started', () => ({ start: defect })],
    ['when it is started, later', () => ({ start: () => Promise.reject(new Error('a defect')) })],
    ['when it is loaded', () => ({ load: () => Promise.reject(new Error('a defect')) })],
    [
      'with a line of its own',
      ([use]) => ({
        start: () => {
          throw new PluginError(use!, 'a defect');
        },
      }),
    ],
  ])('%s stops the start with its position, and leaves nothing open', async (_, control) => {
    let stopped = 0;
    const environment = environmentWith((uses) => ({
      ...control(uses),
      stop: () => {
        stopped++;
      },
    }));
    await expect(RunningServer.start(configOfText(corefile), environment)).rejects.toThrow(/^Corefile:7:1: a defect$/);
    expect(stopped).toBe(control === defect ? 0 : 1);
  });
});

describe('a control half that fails later', () => {
  async function start(control: (host: Host) => Control, clock?: FakeClock) {
    const environment = environmentWith((_, host) => control(host), clock);
    const server = await RunningServer.start(configOfText(corefile), environment);
    onTestFinished(() => server.stop());
    const metrics = async (): Promise<string> => (await get(server.httpPorts('prometheus')[0]!, '/metrics')).body;
    const panics = async (): Promise<number> => valueOf(await metrics(), 'coredns_panics_total', {});
    const errors = (): string[] => environment.logger.lines.map(({ message }) => message.split('\n')[0]!);
    return { server, panics, errors };
  }
  const line = 'plugin/debug: Recovered from a defect: Error: a defect';

  test('in a timer', async () => {
    const clock = new FakeClock();
    const { server, panics, errors } = await start(
      (host) => ({ start: () => void host.clock.after(10, defect) }),
      clock,
    );
    clock.advance(10);
    expect(errors()).toContain(line);
    expect(await panics()).toBe(1);
    expect(await askUdp(server.listeners[0]!.port, encodeQuery('a.test', 'A'))).toBeInstanceOf(Buffer);
  });

  test('in its metrics, all others are exported', async () => {
    const { panics, errors } = await start(() => ({
      metrics: () => [{ name: 'coredns_bad_total', help: 'Bad.', type: 'counter', samples: defect }],
    }));
    expect(await panics()).toBe(0);
    expect(await panics()).toBe(1);
    expect(errors()).toContain(line);
  });

  test('in its readiness, it is not ready', async () => {
    const { server, panics, errors } = await start(() => ({ readiness: () => ({ isReady: defect }) }));
    expect(await get(server.httpPorts('ready')[0]!, '/ready')).toMatchObject({ status: 503, body: 'debug' });
    expect(await panics()).toBe(1);
    expect(errors()).toContain(line);
  });

  test('in an HTTP request, the connection is closed', async () => {
    const { server, panics } = await start((host) => ({
      start: async () => {
        const use = { block: 1, view: '', zones: [], config: {}, position: { file: 'Corefile', line: 7, column: 1 } };
        const accept = ({ url = '' }): ((response: Parameters<typeof sendText>[0]) => void) =>
          url === '/now' ? defect() : url === '/late' ? defect : (response) => sendText(response, 200, plainText, 'OK');
        await host.openHttp(use, { at: { address: '127.0.0.1', port: 0 }, accept });
      },
    }));
    const [port = 0] = server.httpPorts('debug');
    await expect(get(port, '/now')).rejects.toThrow();
    await expect(get(port, '/late')).rejects.toThrow();
    expect(await get(port, '/')).toMatchObject({ status: 200 });
    expect(await panics()).toBe(2);
  });

  test('in its end, the others end all the same', async () => {
    const { server, errors } = await start(() => ({ withdraw: defect, drain: defect, stop: defect }));
    const [health = 0] = server.httpPorts('health');
    await server.shutDown();
    await expect(get(health, '/health')).rejects.toThrow();
    expect(errors().filter((each) => each === line)).toHaveLength(4);
  });
});
