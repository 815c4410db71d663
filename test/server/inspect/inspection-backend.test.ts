import { describe, expect, test } from 'vitest';
import { explanationText } from '../../../src/server/inspect/explain-text.ts';
import type { Explanation } from '../../../src/server/inspect/inspector.ts';
import { makeInspectionBackend } from '../../../src/server/inspect/inspection-backend.ts';
import { serviceEntry } from '../../semantics/case.ts';
import { inspect } from './inspect.ts';

const facts = {
  version: '1.2.3',
  startedMs: 1,
  nowMs: 2,
  corefile: { hash: 'abc', loadedMs: 1, hasFailed: false },
  workers: 2,
  restarts: 0,
};
const inspector = inspect({
  objects: serviceEntry('shop/a', 'hosts: [a.mesh.test], addresses: [10.0.0.1], resolution: STATIC'),
});
const backend = makeInspectionBackend(
  () => inspector,
  () => facts,
);

describe('what is asked of a running server', () => {
  test('an explanation as text is what the command makes of the object', async () => {
    const ask = (output: string) => backend.explain(new URLSearchParams({ name: 'a.mesh.test', output }));
    const text = await ask('text');
    expect(text).toBe(explanationText((await ask('json')) as Explanation));
    expect(text).toContain('shop/a serves');
    await expect(ask('xml')).rejects.toThrow(/^'xml' is no output; there are json, text$/);
  });

  test('the status has what the inspector does not know, and each registry', () => {
    expect(backend.status()).toMatchObject({
      ...facts,
      listeners: expect.arrayContaining(['mesh.test.:1053 on 192.0.2.1']) as string[],
      registries: [{ isSynced: true, hosts: 1, sources: [], watches: [], waiting: '' }],
    });
  });

  test.each([
    ['hosts', (parameters: URLSearchParams) => backend.hosts(parameters)],
    ['leftOut', (parameters: URLSearchParams) => backend.leftOut(parameters)],
  ])('%s does not take a parameter that is misspelt', (_, ask) => {
    expect(() => ask(new URLSearchParams('lmit=5'))).toThrow(/^the parameter 'lmit' is not known; there are /);
  });
});
