/** After `stop` has resolved there is no request, no change, no log line and no timer, whatever was under way. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { KubernetesConfig } from '../../../../src/registry/sources/kubernetes/config.ts';
import type { KubernetesSource } from '../../../../src/registry/sources/kubernetes/kubernetes-source.ts';
import { sendStatus } from '../../../support/fake-api-server.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { Rig, until, untilState } from './support.ts';

/** Each call of `now` takes a millisecond, so that a slice is over after some objects; timers do not notice. */
class BusyClock extends FakeClock {
  #calls = 0;

  override now(): number {
    return super.now() + this.#calls++;
  }
}

interface State {
  readonly config?: (rig: Rig) => Partial<KubernetesConfig>;
  readonly clock?: FakeClock;
  readonly streamsLists?: boolean;
  readonly prepare?: (rig: Rig) => void;
  readonly reach: (rig: Rig, source: KubernetesSource) => Promise<void>;
}

const requested = (rig: Rig): Promise<void> => until(() => rig.server.requests.length === 2);
const hangingPlugin = { exec: { command: process.execPath, args: ['-e', 'setTimeout(() => undefined, 1000)'] } };
const many = (rig: Rig): void => {
  for (let i = 0; i < 300; i++) rig.entry(`e${i}`);
};
const resting = (rig: Rig): Promise<void> => until(() => rig.sink.objects.size > 0 && rig.clock.pending > 0);

const states: Readonly<Record<string, State>> = {
  'waiting for an answer': {
    prepare: (rig) => void rig.server.scripts.push(() => true),
    reach: requested,
  },
  'in the middle of a page': {
    prepare: (rig) => void rig.server.scripts.push((_, response) => response.write('{"items":[{"metadata":{"na')),
    reach: async (rig) => {
      await requested(rig);
      for (let i = 0; i < 20; i++) await setImmediate();
    },
  },
  'between two slices of a page': { clock: new BusyClock(), prepare: many, reach: resting },
  'between two slices of a streamed list': {
    clock: new BusyClock(),
    streamsLists: true,
    prepare: many,
    reach: resting,
  },
  'in a back-off': {
    prepare: (rig) => void rig.server.scripts.push((_, response) => (sendStatus(response, 500, 'down'), true)),
    reach: async (_, source) => {
      for (const kind of ['ServiceEntry', 'WorkloadEntry']) await untilState(source, kind, 'waiting');
    },
  },
  'left alone because of Retry-After': {
    prepare: (rig) => {
      rig.server.scripts.push((_, response) => (sendStatus(response, 429, 'slow', { 'retry-after': '5' }), true));
    },
    reach: async (_, source) => {
      for (const kind of ['ServiceEntry', 'WorkloadEntry']) await untilState(source, kind, 'waiting');
    },
  },
  'without the definition': {
    prepare: (rig) => rig.server.installed.clear(),
    reach: async (_, source) => {
      for (const kind of ['ServiceEntry', 'WorkloadEntry']) await untilState(source, kind, 'absent');
    },
  },
  watching: { reach: (rig, source) => rig.watching(source) },
  'waiting for a token': {
    config: (rig) => ({ clusters: [{ kind: 'kubeconfig', file: rig.kubeconfig(hangingPlugin), context: undefined }] }),
    reach: async (_, source) => {
      for (let i = 0; i < 50; i++) await setImmediate();
      expect(source.status().map(({ trouble }) => trouble)).toEqual(['no answer yet', 'no answer yet']);
    },
  },
  'just started': { reach: () => Promise.resolve() },
};

describe.each(Object.entries(states))('stopped %s', (_, state) => {
  test('nothing goes on', async () => {
    const { clock = new FakeClock(), streamsLists = false } = state;
    // With TLS, so that the exec plugin runs.
    const rig = await Rig.start(true, clock);
    rig.entry('a');
    state.prepare?.(rig);
    const config = state.config?.(rig) ?? {
      clusters: [{ kind: 'kubeconfig', file: rig.kubeconfig({}), context: undefined }],
    };
    const source = rig.watch(config, { timing: { streamsLists } });
    await state.reach(rig, source);
    await source.stop();

    const seen = (): unknown => ({
      requests: rig.server.requests.length,
      lines: rig.logger.lines.length,
      calls: rig.sink.calls,
      timers: rig.clock.pending,
    });
    const before = seen();
    rig.entry('b');
    rig.server.bookmark();
    rig.clock.advance(3_600_000);
    for (let i = 0; i < 50; i++) await setImmediate();
    expect(seen()).toEqual(before);
    expect(rig.clock.pending).toBe(0);
    await until(() => rig.server.watches === 0);
  });
});
