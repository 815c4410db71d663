import { expect, test } from 'vitest';
import {
  connectionLimits,
  fileLimit,
  fileLimitWarning,
  threadLimitWarning,
} from '../../../src/server/control/process-limits.ts';

const limits = ({ processes = '62978', files = '1024' }): string =>
  'Limit                     Soft Limit           Hard Limit           Units     \n' +
  `Max processes             ${processes.padEnd(20)} ${processes.padEnd(20)} processes \n` +
  `Max open files            ${files.padEnd(20)} ${files.padEnd(20)} files     \n` +
  'Max locked memory         8388608              8388608              bytes     \n';

test.each([
  ['40', /^only 40 files and sockets may be open at a time, .* \(ulimit -n, LimitNOFILE of systemd\)$/],
  ['1023', /^only 1023 files/],
])('a limit of %s files is warned of', (files, expected) => {
  expect(fileLimitWarning(limits({ files }))).toMatch(expected);
});

test.each(['1024', '1048576', 'unlimited'])('a limit of %s files is enough', (files) => {
  expect(fileLimitWarning(limits({ files }))).toBeUndefined();
});

test.each([
  ['60', 60],
  ['1048576', 1_048_576],
  ['unlimited', Infinity],
])('a limit of %s files is read', (files, expected) => {
  expect(fileLimit(limits({ files }))).toBe(expected);
});

test('no limit of files that is told is none', () => {
  expect(fileLimit('')).toBe(Infinity);
});

test.each([
  { files: Infinity, workers: 2, streamSockets: 2, httpServers: 3, stream: 1000, http: 512 },
  { files: Infinity, workers: 1, streamSockets: 0, httpServers: 0, stream: 1000, http: 512 },
  { files: 20_000, workers: 2, streamSockets: 2, httpServers: 3, stream: 1000, http: 512 },
  { files: 1024, workers: 2, streamSockets: 2, httpServers: 3, stream: 122, http: 40 },
  { files: 1024, workers: 1, streamSockets: 1, httpServers: 0, stream: 492, http: 512 },
  { files: 60, workers: 1, streamSockets: 1, httpServers: 1, stream: 10, http: 4 },
  { files: 40, workers: 4, streamSockets: 2, httpServers: 4, stream: 4, http: 4 },
])(
  'of $files files: $stream connections for each of $streamSockets sockets of $workers workers, $http for HTTP',
  (row) => {
    expect(connectionLimits(row.files, row)).toEqual({ stream: row.stream, http: row.http });
  },
);

test('a limit of threads below what is needed is warned of', () => {
  const warning = threadLimitWarning(limits({ processes: '11' }), 7);
  expect(warning).toMatch(/^only 11 threads .* 12 are needed here: .* \(ulimit -u, LimitNPROC of systemd\)$/);
});

test.each(['12', '62978', 'unlimited'])('a limit of %s threads is enough', (processes) => {
  expect(threadLimitWarning(limits({ processes }), 7)).toBeUndefined();
});

test('nothing is said where the system does not tell', () => {
  expect([fileLimitWarning(''), threadLimitWarning('', 7)]).toEqual([undefined, undefined]);
});
