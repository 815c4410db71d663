import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { forwardHandler } from '../../src/plugins/forward/handler.ts';
import { forwardPlugin } from '../../src/plugins/forward/forward.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { coreDns, provide } from '../deploy/go-tool.ts';
import { addresses, decodeReply } from '../plugins/forward/harness.ts';
import { Child } from '../support/child.ts';
import { freePorts } from '../support/free-ports.ts';
import { missingForRoot } from '../support/machine.ts';
import { makeEnvironment, parseDirective, unreachable } from '../support/plugin.ts';
import { makeQuery, replyBytes } from '../support/query.ts';
import { certPath } from '../support/tls/files.ts';
import { encryptedServers } from './encrypted-servers.ts';

const program = await provide(coreDns);
const missing = missingForRoot('this server in front of others over TLS and HTTPS', 'unbound', 'dnsdist', 'nsd');

/** Asks for many names at once, and again, over the connections that are there then: all codes, errors and addresses. */
async function askAll(line: string): Promise<{ outcomes: Set<string>; log: readonly unknown[] }> {
  const { config, problems } = parseDirective(forwardPlugin, line);
  expect(problems).toEqual([]);
  const environment = { ...makeEnvironment(), clock: systemClock };
  const handler = forwardHandler.create(config, environment, unreachable);
  onTestFinished(() => environment.close());
  const outcomes = new Set<string>();
  for (const round of ['a', 'b', 'c']) {
    const asked = Array.from({ length: 150 }, async (_, i) => {
      // As a client does it that sends them one after the other, and not.
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      const query = makeQuery(`${round}${i}.example`, 'A', { edns: i % 2 === 0 });
      const reply = decodeReply(replyBytes(query, await handler(query)));
      outcomes.add(query.error ?? reply.rcode);
      for (const address of addresses(reply)) outcomes.add(address);
    });
    await Promise.all(asked);
  }
  return { outcomes, log: environment.logger.lines };
}

describe.skipIf(missing !== '' || program === undefined)('over TLS and HTTPS', () => {
  describe.each(encryptedServers(program ?? '').map((server) => [server.name, server] as const))('%s', (_, server) => {
    let directory: string;
    let child: Child;
    let ports: readonly number[];

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'encrypted-'));
      const [tlsPort, httpsPort] = (await freePorts(2)) as [number, number];
      ports = server.hasHttps ? [tlsPort, httpsPort] : [tlsPort];
      const [command, ...args] = server.setup(directory, tlsPort, httpsPort);
      child = new Child(command!, args, directory);
      await child.until(async () => (await Promise.all(ports.map(listens))).every(Boolean), 30_000);
    });

    afterAll(async () => {
      await child.kill();
      rmSync(directory, { recursive: true });
    });

    it.each(['TLS', ...(server.hasHttps ? ['HTTPS by POST', 'HTTPS by GET'] : [])])(
      'answers bursts over %s',
      async (over) => {
        const to = over === 'TLS' ? `tls://127.0.0.1:${ports[0]}` : `https://127.0.0.1:${ports[1]}`;
        const options = [`tls ${certPath('ca')}`, `doh_method ${over.endsWith('GET') ? 'GET' : 'POST'}`];
        const result = await askAll(`forward . ${to}%dns.example {\n${options.join('\n')}\n}`);
        expect(result).toEqual({ outcomes: new Set(['NOERROR', '192.0.2.1']), log: [] });
      },
    );
  });
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
