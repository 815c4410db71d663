import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunningServer } from '../../../src/server/control/server.ts';
import { systemClock, type Clock } from '../../../src/runtime/clock.ts';
import { serviceEntry } from '../../registry/harness.ts';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery } from '../../support/query.ts';
import { parseExposition, valueOf } from '../../support/exposition.ts';
import { configOfText, environmentFor, get, HandSource, startServer, registriesOf } from '../../support/running.ts';

const entry = serviceEntry('a', { hosts: ['a.mesh.test'], vips: ['10.0.0.1'] });

const block = (...lines: string[]) => `mesh.test:0 {\nbind 127.0.0.1\n${lines.join('\n')}\n}\n`;
const registry = 'serviceentry {\nfile /dev/null\nstartup_timeout 50ms\n}';

/** A clock whose long timers fire when the test says so. */
class HeldClock implements Clock {
  readonly held: { delayMs: number; fire: () => void }[] = [];
  readonly #heldMs: number;
  #onHeld: (() => void) | undefined;

  constructor(heldMs: number) {
    this.#heldMs = heldMs;
  }

  now(): number {
    return systemClock.now();
  }

  wall(): number {
    return systemClock.wall();
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs !== this.#heldMs) return systemClock.after(delayMs, callback);
    this.held.push({ delayMs, fire: callback });
    this.#onHeld?.();
    return () => undefined;
  }

  async untilHeld(): Promise<void> {
    if (this.held.length === 0) await new Promise<void>((resolve) => (this.#onHeld = resolve));
  }
}

describe('health', () => {
  it('answers before the registry is read, and says OK in any case', async () => {
    const [port = 0] = await freePorts(1);
    const source = new HandSource();
    const starting = startServer(block(`health localhost:${port}`, registry), { source });
    while (!source.sink) await new Promise((resolve) => setImmediate(resolve));
    expect(await get(port, '/health')).toMatchObject({ status: 200, body: 'OK' });
    source.sink.synced();
    await starting;
    expect(await get(port, '/health')).toEqual({ status: 200, body: 'OK', type: 'text/plain; charset=utf-8' });
    expect(await get(port, '/')).toMatchObject({ status: 404 });
    expect(await get(port, '/health', 'DELETE')).toMatchObject({ status: 405 });
  });
});

describe('the metrics of health', () => {
  it('count what the server hears from itself', async () => {
    const clock = new HeldClock(1000);
    const { server } = await startServer(block('health localhost:0', 'prometheus localhost:0', 'whoami'), { clock });
    const [port] = server.httpPorts('prometheus');
    const answered = async (): Promise<number> =>
      valueOf((await get(port!, '/metrics')).body, 'coredns_health_request_duration_seconds_count', {});
    expect(await answered()).toBe(0);
    clock.held.shift()!.fire();
    await clock.untilHeld();
    expect(await answered()).toBe(1);
    expect(valueOf((await get(port!, '/metrics')).body, 'coredns_health_request_failures_total', {})).toBe(0);
  });

  it('are not there without health', async () => {
    const { server } = await startServer(block('prometheus localhost:0', 'whoami'));
    expect((await get(server.httpPorts('prometheus')[0]!, '/metrics')).body).not.toContain('coredns_health');
  });
});

describe('ready', () => {
  it('is 503 with what is not ready until the registry is read, also when that is overdue; then it stays ready', async () => {
    const source = new HandSource();
    const { server } = await startServer(block('ready localhost:0', registry), { source });
    const [port = 0] = server.httpPorts('ready');
    expect(await get(port, '/ready')).toMatchObject({ status: 503, body: 'serviceentry' });
    source.sink!.apply([{ type: 'upsert', object: entry }]);
    expect(await get(port, '/ready')).toMatchObject({ status: 503 });
    source.sink!.synced();
    expect(await get(port, '/ready')).toMatchObject({ status: 200, body: 'OK' });
    source.sink!.apply([{ type: 'delete', kind: 'ServiceEntry', namespace: 'default', name: 'a' }]);
    expect(await get(port, '/ready')).toMatchObject({ status: 200, body: 'OK' });
  });

  it('tells of its own block only, and of all blocks that name its address', async () => {
    const [shared = 0] = await freePorts(1);
    const waiting = registry;
    const text =
      `a.test:0 {\nbind 127.0.0.1\nready localhost:0\nwhoami\n}\n` +
      `b.test:0 {\nbind 127.0.0.1\nready localhost:${shared}\nwhoami\n}\n` +
      `c.test:0 {\nbind 127.0.0.1\nready localhost:${shared}\n${waiting}\n}\n`;
    const { server } = await startServer(text, { source: new HandSource() });
    expect(server.httpPorts('ready')).toHaveLength(2);
    expect(await get(server.httpPorts('ready')[0]!, '/ready')).toMatchObject({ status: 200 });
    expect(await get(shared, '/ready')).toMatchObject({ status: 503, body: 'serviceentry' });
  });
});

describe('the shutdown', () => {
  it('closes ready first, answers for the time of lameduck, and closes health and metrics last', async () => {
    const clock = new HeldClock(3000);
    const [port = 0] = await freePorts(1);
    const lines = [
      'ready localhost:0',
      `health localhost:${port} {\nlameduck 3s\n}`,
      'prometheus localhost:0',
      'whoami',
    ];
    const { server, logger } = await startServer(block(...lines), { clock });
    const [ready, health, prometheus] = ['ready', 'health', 'prometheus'].map((each) => server.httpPorts(each)) as [
      number[],
      number[],
      number[],
    ];
    let isDone = false;
    const done = server.shutDown().then(() => (isDone = true));
    await clock.untilHeld();
    await expect(get(ready[0]!, '/ready')).rejects.toThrow();
    expect(await get(health[0]!, '/health')).toMatchObject({ status: 200 });
    expect(await get(prometheus[0]!, '/metrics')).toMatchObject({ status: 200 });
    expect(await askUdp(server.listeners[0]!.port, encodeQuery('mesh.test', 'A'))).toBeInstanceOf(Buffer);
    expect(logger.lines.map(({ message }) => message)).toContain('plugin/health: Going into lameduck mode for 3s');
    expect(isDone).toBe(false);
    clock.held[0]!.fire();
    await done;
    await expect(get(health[0]!, '/health')).rejects.toThrow();
    await expect(get(prometheus[0]!, '/metrics')).rejects.toThrow();
  });

  it('waits for the longest lameduck, and not at all without one', async () => {
    const clock = new HeldClock(7000);
    const [one = 0] = await freePorts(1);
    const text =
      `a.test:0 {\nbind 127.0.0.1\nhealth localhost:${one} {\nlameduck 7s\n}\nwhoami\n}\n` +
      `b.test:0 {\nbind 127.0.0.1\nhealth localhost:${one} {\nlameduck 1s\n}\nwhoami\n}\n`;
    const { server } = await startServer(text, { clock });
    expect(server.httpPorts('health')).toEqual([one]);
    const done = server.shutDown();
    await clock.untilHeld();
    clock.held[0]!.fire();
    await done;
    const plain = await startServer(block('health localhost:0', 'whoami'), { clock });
    await plain.server.shutDown();
    expect(clock.held).toHaveLength(1);
  });
});

describe('an address that is taken', () => {
  it.each(['health', 'ready', 'prometheus', 'admin'])(
    'fails the start of %s, and nothing stays open',
    async (plugin) => {
      const [port = 0, dns = 0] = await freePorts(2);
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
      onTestFinished(() => void taken.close());
      const text = `mesh.test:${dns} {\nbind 127.0.0.1\n${plugin} localhost:${port}\nwhoami\n}\n`;
      const message = `${plugin} cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`;
      await expect(RunningServer.start(configOfText(text), environmentFor())).rejects.toThrow(message);
      // The DNS port is free again.
      const { server } = await startServer(text.replace(plugin, '# '));
      expect(server.listeners[0]!.port).toBe(dns);
    },
  );
});

describe('prometheus', () => {
  it('tells at each address of the blocks that name it', async () => {
    const [shared = 0] = await freePorts(1);
    const text =
      `a.test:0 {\nbind 127.0.0.1\nprometheus localhost:0\nwhoami\n}\n` +
      `b.test:0 {\nbind 127.0.0.1\nprometheus localhost:${shared}\nwhoami\n}\n` +
      `c.test:0 {\nbind 127.0.0.1\nprometheus localhost:${shared}\nwhoami\n}\n`;
    const { server } = await startServer(text);
    const dns = server.listeners[0]!.port;
    for (const name of ['a.test', 'b.test', 'c.test']) await askUdp(dns, encodeQuery(name, 'A'));
    const zones = async (port: number): Promise<string[]> =>
      parseExposition((await get(port, '/metrics')).body)
        .find(({ name }) => name === 'coredns_dns_requests_total')!
        .samples.map(({ labels }) => labels.zone!);
    expect(await zones(server.httpPorts('prometheus')[0]!)).toEqual(['a.test.']);
    expect(await zones(shared)).toEqual(['b.test.', 'c.test.']);
  });

  it('tells of the registry', async () => {
    const source = new HandSource();
    const starting = startServer(block('prometheus localhost:0', registry), { source });
    while (!source.sink) await new Promise((resolve) => setImmediate(resolve));
    const rejection = { reason: 'host', object: '', field: '', message: '', origin: '' } as const;
    source.sink.apply([{ type: 'upsert', object: entry }]);
    source.sink.rejected([rejection, rejection]);
    source.sink.synced();
    const { server } = await starting;
    source.sink.apply([{ type: 'upsert', object: { ...entry, vips: ['10.0.0.2'] } }]);
    const text = (await get(server.httpPorts('prometheus')[0]!, '/metrics')).body;
    const value = (name: string, labels = {}): number =>
      valueOf(text, `coredns_serviceentry_${name}`, { zones: 'mesh.test.', ...labels });
    expect(value('objects', { kind: 'ServiceEntry' })).toBe(1);
    expect(value('objects', { kind: 'Pod' })).toBe(0);
    expect(value('hosts')).toBe(1);
    expect(value('rejections', { reason: 'host' })).toBe(2);
    expect(value('rejections', { reason: 'port' })).toBe(0);
    expect(value('synced')).toBe(1);
    expect(value('hosts_resolved_total')).toBe(2);
    expect(value('table_bytes')).toBe(registriesOf(server)[0]!.tableBytes);
    // What existed at the start is no change.
    expect(value('change_duration_seconds_count')).toBe(1);
    expect(value('last_change_age_seconds')).toBeLessThan(60);
  });
});
