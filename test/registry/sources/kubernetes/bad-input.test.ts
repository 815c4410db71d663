/** Answers that no API server should give take bounded work, and are logged once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Script } from '../../../support/fake-api-server.ts';
import { Rig, statusOf, until } from './support.ts';

/** Lets time go on until a kind has so many errors; then what was logged of it. */
async function warningsAfter(errors: number, script: Script, streamsLists = false): Promise<string[]> {
  const rig = await Rig.start();
  rig.server.scripts.push((request, response) => request.plural === 'serviceentries' && script(request, response));
  const source = rig.watch({}, { timing: { streamsLists } });
  await until(() => (rig.clock.advance(20), statusOf(source, 'ServiceEntry').errors >= errors));
  const lines = rig.logger.lines.filter(({ level }) => level === 'warning' || level === 'info');
  const ofTheKind = lines.filter(({ message }) => message.includes(': ServiceEntry: '));
  return ofTheKind.map(({ message }) => message.replace(/^.*: ServiceEntry: /, ''));
}

const page = (items: readonly unknown[], next: string): string =>
  JSON.stringify({ metadata: { resourceVersion: '7', continue: next }, items });

describe('an API server that sends', () => {
  test.each([true, false])('HTML, each time another, is logged once; streamed lists: %s', async (streamsLists) => {
    let count = 0;
    const script: Script = (_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<html>\n<p>request ${count++}</p>\n</html>\n`);
      return true;
    };
    const lines = await warningsAfter(8, script, streamsLists);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^found "<html>.*expected JSON; trying again in/);
  });

  test('errors that name a request, each time another, is logged once for each status', async () => {
    let count = 0;
    const script: Script = (_, response) => {
      response.statusCode = count++ % 2 === 0 ? 500 : 503;
      response.end(`request ${count}`);
      return true;
    };
    expect(await warningsAfter(8, script)).toHaveLength(2);
  });

  test.each([1, 3])('the token of a page again after %i pages has its list given up', async (length) => {
    let requests = 0;
    const script: Script = (_, response) => {
      response.end(page([{ metadata: { name: `a${requests}` } }], `token-${requests++ % length}`));
      return true;
    };
    expect(await warningsAfter(1, script)).toEqual([
      expect.stringMatching(/^the pages of a list have no end; trying again/),
    ]);
    expect(requests).toBeLessThan(20);
  });

  test('pages without an object and without an end has its list given up', async () => {
    let requests = 0;
    const script: Script = (_, response) => (response.end(page([], `token-${requests++}`)), true);
    expect(await warningsAfter(1, script)).toHaveLength(1);
    expect(requests).toBe(101);
  });

  test('one object that is longer than a page may be has its list given up', async () => {
    const script: Script = (_, response) => {
      response.end(`{"metadata":{"resourceVersion":"7"},"items":[{"x":"${'y'.repeat(9 * 1024 * 1024)}"}]}`);
      return true;
    };
    // Pages of 500, 250 … objects are tried first.
    expect(await warningsAfter(10, script)).toEqual([expect.stringMatching(/^a page has more than 8388608 octets/)]);
  });
});

test('nobody listens: it is tried every 5 s at the longest, and logged once', async () => {
  const rig = await Rig.start();
  const source = rig.watch({}, { random: () => 0.999_999, timing: { watchdogMs: 1e9 } });
  await rig.watching(source);
  await rig.server.close();
  const errors = (): number => statusOf(source, 'ServiceEntry').errors;
  const at: number[] = [];
  for (let count = 2; count <= 9; count++) {
    await until(() => (rig.clock.advance(20), errors() >= count));
    at.push(rig.clock.now());
  }
  const waits = at.slice(1).map((time, index) => time - at[index]!);
  // A refusal takes some iterations of the event loop, and the clock of the test goes on meanwhile.
  for (const wait of waits.slice(3)) expect(wait).toBeLessThan(7000);
  const lines = rig.messages('warning').filter((line) => line.includes('ServiceEntry'));
  expect(lines.map((line) => line.replace(/^.*: ServiceEntry: /, ''))).toEqual([
    expect.stringMatching(/^the connection broke; trying/),
    expect.stringMatching(/ECONNREFUSED.*; trying/),
  ]);
});

test.each([
  ['', 'is no kubeconfig'],
  ['{"clusters":', 'is no kubeconfig'],
  ['{"clusters":[{"name":"c","cluster":{"server":"nonsense"}}],"contexts":[]}', 'no cluster'],
])('a kubeconfig that is torn (%j) is logged once, and read when it is whole', async (text, message) => {
  const rig = await Rig.start();
  rig.entry('a');
  const file = rig.kubeconfig({});
  const whole = rig.kubeconfig({});
  writeFileSync(file, text);
  const source = rig.watch({ clusters: [{ kind: 'kubeconfig', file, context: undefined }] });
  await until(() => (rig.clock.advance(20), statusOf(source, 'ServiceEntry').errors >= 4));
  const lines = rig.messages('warning').filter((line) => line.includes('ServiceEntry'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
  writeFileSync(file, readFileSync(whole, 'utf8'));
  await until(() => (rig.clock.advance(20), rig.sink.syncedCount === 1));
});
