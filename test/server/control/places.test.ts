import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceEntryConfig } from '../../../src/plugins/serviceentry/config.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { configOf } from '../../support/plugin.ts';
import { RunningServer } from '../../../src/server/control/server.ts';
import { soa } from '../../semantics/case.ts';
import { configFor } from '../../semantics/in-process.ts';
import { askUdpFrom } from '../../support/dns-client.ts';
import { decodeMessage } from '../../support/dns-message.ts';
import { FakeUpstream } from '../../support/fake-upstream.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery, type TypeOption } from '../../support/query.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { answerFromZone, upstreamSoa } from '../../support/zone-upstream.ts';

/** `zonesBelow` of each block that has a serviceentry. */
function zonesBelow(corefile: string): (readonly string[])[] {
  return configFor(corefile).blocks.flatMap((block) => {
    const config = configOf<ServiceEntryConfig>(block, 'serviceentry');
    return config ? [config.registry.zonesBelow ?? []] : [];
  });
}

const entry = (zones = ''): string => `serviceentry ${zones} {\nfile /nowhere\n}\n`;

test.each<[title: string, corefile: string, expected: (readonly string[])[]]>([
  ['one block', `a.test {\n${entry()}}`, [[]]],
  ['a block below', `a.test {\n${entry()}}\nb.a.test {\nwhoami\n}`, [['b.a.test.']]],
  [
    'several, at several depths',
    `a.test {\n${entry()}}\nb.a.test d.c.a.test {\n${entry()}}`,
    [['b.a.test.', 'd.c.a.test.'], []],
  ],
  ['a block beside and one above', `b.a.test {\n${entry()}}\na.test {\nwhoami\n}\nxb.a.test {\nwhoami\n}`, [[]]],
  ['the root is no own zone', `. {\n${entry()}}\na.test {\nwhoami\n}`, [[]]],
  ['own zones of the directive', `. {\n${entry('a.test')}}\nb.a.test {\nwhoami\n}`, [['b.a.test.']]],
  ['the root as an own zone', `. {\n${entry('.')}}\na.test {\nwhoami\n}`, [['a.test.']]],
  ['another port', `a.test:1053 {\n${entry()}}\nb.a.test:1054 {\nwhoami\n}`, [[]]],
  [
    'two ports, one of them shared',
    `a.test:1053 a.test:1054 {\n${entry()}}\nb.a.test:1054 {\nwhoami\n}`,
    [['b.a.test.']],
  ],
])('%s', (_, corefile, expected) => {
  expect(zonesBelow(corefile)).toEqual(expected);
});

describe('nested server blocks', () => {
  let server: RunningServer;
  let upstream: FakeUpstream;
  let port: number;
  const directory = mkdtempSync(join(tmpdir(), 'zones-below-'));

  beforeAll(async () => {
    upstream = await FakeUpstream.start(answerFromZone('www.example.test. 60 IN A 192.0.2.1'));
    [port] = (await freePorts(1)) as [number];
    const file = join(directory, 'none.yaml');
    writeFileSync(file, '');
    const block = (keys: string, more = ''): string =>
      `${keys} {\nbind 127.0.0.1\nserviceentry {\nfile ${file}\n}\n${more}}\n`;
    const corefile = [
      block(`mesh.example.test:${port}`),
      block(`example.test:${port}`, `forward . 127.0.0.1:${upstream.port}\n`),
      block(`c.b.mesh.example.test:${port} x.c.b.mesh.example.test:${port}`),
    ].join('');
    server = await RunningServer.start(configFor(corefile), {
      clock: systemClock,
      logger: new RecordingLogger(),
      logFormat: 'text',
      interfaces: () => ({}),
      hashSeed: 0x5eed,
      cpus: 1,
      canReusePort: true,
    });
  });
  afterAll(async () => {
    await server.stop();
    await upstream.stop();
    rmSync(directory, { recursive: true });
  });

  test.each<[name: string, type: TypeOption, rcode: string, authority: string]>([
    // The parent is the block above, in whose zone the name exists.
    ['mesh.example.test', 'DS', 'NOERROR', soa('example.test.')],
    ['MESH.example.test', 'DS', 'NOERROR', soa('example.test.')],
    ['c.b.mesh.example.test', 'DS', 'NOERROR', soa('mesh.example.test.')],
    ['x.c.b.mesh.example.test', 'DS', 'NOERROR', soa('c.b.mesh.example.test.')],
    // Above an own zone that another block has.
    ['b.mesh.example.test', 'A', 'NOERROR', soa('mesh.example.test.')],
    ['b.mesh.example.test', 'DS', 'NOERROR', soa('mesh.example.test.')],
    ['a.mesh.example.test', 'A', 'NXDOMAIN', soa('mesh.example.test.')],
    ['a.mesh.example.test', 'DS', 'NXDOMAIN', soa('mesh.example.test.')],
    ['other.example.test', 'DS', 'NXDOMAIN', soa('example.test.')],
    // Nobody here has the parent zone: upstream may.
    ['example.test', 'DS', 'NOERROR', upstreamSoa],
  ])('%s %s', async (name, type, rcode, authority) => {
    const reply = decodeMessage(await askUdpFrom(port, encodeQuery(name, type), '127.0.0.1'));
    const found = reply.authority.map((line) => line.replace(/ \d{10} /, ' serial ').toLowerCase());
    expect({ rcode: reply.rcode, answer: reply.answer, authority: found }).toEqual({
      rcode,
      answer: [],
      authority: [authority.toLowerCase()],
    });
  });
});
