import { expect, test } from 'vitest';
import type { Status } from '../../../../src/plugins/dashboard/api.ts';
import { serverState } from '../../../../src/plugins/dashboard/page/server-state.ts';

type Registry = Status['registries'][number];

const watch = {
  cluster: 'east',
  kind: 'ServiceEntry',
  state: 'watching',
  isSynced: true,
  trouble: '',
  objects: 1,
  lastEventMs: 1,
};
const registry = { isSynced: true, watches: [watch] } as unknown as Registry;
const status = { corefile: { hash: '', loadedMs: 0, hasFailed: false }, registries: [registry] } as unknown as Status;

test.each<[Status | undefined, string, string, string]>([
  [undefined, '', 'unknown', 'Asking the server'],
  [status, '', 'good', 'In order'],
  [status, 'The server cannot be reached.', 'bad', 'The server cannot be reached.'],
  [{ ...status, registries: [{ ...registry, isSynced: false }] }, '', 'warning', 'Reading the registry'],
  [{ ...status, corefile: { ...status.corefile, hasFailed: true } }, '', 'warning', 'The last reload failed'],
  [
    { ...status, registries: [{ ...registry, watches: [{ ...watch, trouble: '503' }] }] },
    '',
    'warning',
    'A source has trouble',
  ],
])('%#', (given, error, level, text) => {
  expect(serverState(given, error)).toEqual({ level, text });
});
