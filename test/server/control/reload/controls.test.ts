import { describe, expect, onTestFinished, test } from 'vitest';
import type { Control, Host } from '../../../../src/plugins/control.ts';
import type { Plugin, Use } from '../../../../src/plugins/plugin.ts';
import { makePlugins } from '../../../../src/plugins/plugins.ts';
import { configure } from '../../../../src/server/control/configure.ts';
import { parseCorefile } from '../../../../src/corefile/parser.ts';
import { Problems } from '../../../../src/corefile/problem.ts';
import { RunningServer } from '../../../../src/server/control/server.ts';
import { askUdp } from '../../../support/dns-client.ts';
import { encodeQuery } from '../../../support/query.ts';
import { environmentFor } from '../../../support/running.ts';

interface Probe {
  readonly name: string;
  /** What is done when a control half is at this step. */
  at?: (step: string, host: Host) => void | Promise<void>;
}

/** A server whose directive `debug` has control halves that note what happens to them, by the argument of their line. */
async function startWith(text: string, { isShared = false, at }: { isShared?: boolean; at?: Probe['at'] } = {}) {
  const events: string[] = [];
  const hosts = new Map<string, Host>();
  const control = (uses: readonly Use<unknown>[], host: Host): Control => {
    const name = uses.map(({ config }) => (config as Probe).name).join('+');
    hosts.set(name, host);
    const step = async (what: string): Promise<void> => {
      events.push(`${name} ${what}`);
      await at?.(`${name} ${what}`, host);
    };
    events.push(`${name} made`);
    return {
      start: () => step('start'),
      load: () => step('load'),
      save: () => step('save'),
      stop: () => step('stop'),
    };
  };
  const plugins = makePlugins().map((plugin): Plugin<unknown> => {
    if (plugin.name !== 'debug') return plugin;
    const parse: Plugin<unknown>['parse'] = ([directive]) => ({ name: directive!.args[0]!.text });
    const made = {
      name: 'debug',
      parse,
      control: (uses: readonly Use<unknown>[], host: Host) => Promise.resolve(control(uses, host)),
    };
    return isShared ? { ...made, sharesControl: true } : made;
  });
  const read = (corefile: string) => {
    const problems = new Problems();
    const files = { readFile: () => '', list: () => [], isDirectory: () => false };
    const blocks = parseCorefile({ file: 'Corefile', text: corefile }, {}, files, problems);
    const options = { plugins, defaultPort: 53, version: '1', interfaces: () => ({}), readFile: () => '' };
    return configure(blocks, options, problems);
  };
  const server = await RunningServer.start(read(text), { ...environmentFor(), plugins });
  onTestFinished(() => server.stop());
  const since = (): string[] => events.splice(0);
  since();
  return { server, since, hosts, reload: (corefile: string) => server.reload(read(corefile)) };
}

const block = (zone: string, lines: string): string => `${zone}:0 {\nbind 127.0.0.1\n${lines}\nwhoami\n}\n`;
const both = block('a.example', 'debug a') + block('b.example', 'debug b');

describe('control halves', () => {
  test('go on where nothing of their line has changed, wherever it stands', async () => {
    const { reload, since } = await startWith(both);
    await reload(`# a comment\n${block('b.example', 'debug b')}${block('a.example', 'debug a\nany')}`);
    expect(since()).toEqual([]);
  });

  test('are made and loaded before those stop in whose place they come', async () => {
    const { reload, since } = await startWith(both);
    await reload(block('a.example', 'debug a2') + block('b.example', 'debug b'));
    expect(since()).toEqual(['a save', 'b save', 'a2 made', 'a2 start', 'a2 load', 'a stop']);
  });

  test('come and go with their lines', async () => {
    const { reload, since } = await startWith(both);
    await reload(block('a.example', 'debug a'));
    expect(since()).toEqual(['b stop']);
    await reload(both);
    expect(since()).toEqual(['a save', 'b made', 'b start', 'b load']);
  });

  test('that stand for all blocks are replaced where one of these changes', async () => {
    const { reload, since } = await startWith(both, { isShared: true });
    await reload(both + block('c.example', 'any'));
    expect(since()).toEqual([]);
    await reload(both + block('c.example', 'debug c'));
    expect(since()).toEqual(['a+b save', 'a+b+c made', 'a+b+c start', 'a+b+c load', 'a+b stop']);
  });

  test.each(['start', 'load'])('whose %s fails take all new ones with them, and nothing else', async (step) => {
    const { server, reload, since } = await startWith(both, {
      at: (what) => {
        if (what === `b2 ${step}`) throw new Error('a defect');
      },
    });
    const { port } = server.listeners[0]!;
    const next = block('a.example', 'debug a2') + block('b.example', 'debug b2');
    await expect(reload(next)).rejects.toThrow('Corefile:8:1: a defect');
    expect(since().filter((event) => event.endsWith('stop'))).toEqual(['a2 stop', 'b2 stop']);
    expect((await askUdp(port, encodeQuery('a.example', 'A')))[3]! & 15).toBe(0);
    await reload(block('a.example', 'debug a3') + block('b.example', 'debug b'));
    expect(since().filter((event) => event.endsWith('stop'))).toEqual(['a stop']);
  });

  test('know when they have taken the place of others, which have stopped by then', async () => {
    const events: string[] = [];
    const { reload, hosts } = await startWith(block('a.example', 'debug a'), {
      at: (what, { inPlace }) => {
        if (what.endsWith('start')) void inPlace?.then(() => events.push(`${what.split(' ')[0]} in place`));
        if (what.endsWith('stop')) events.push(what);
      },
    });
    expect(hosts.get('a')!.inPlace).toBeUndefined();
    await reload(block('a.example', 'debug b'));
    await hosts.get('b')!.inPlace;
    expect(events).toEqual(['a stop', 'b in place']);
  });

  test('that stand for several blocks cannot publish for one', async () => {
    const { hosts } = await startWith(both, { isShared: true });
    expect(() => hosts.get('a+b')!.publish(0, 1)).toThrow('cannot publish for one');
  });
});
