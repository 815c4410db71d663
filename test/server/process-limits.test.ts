import { expect, test } from 'vitest';
import { fileLimitWarning, threadLimitWarning } from '../../src/server/process-limits.ts';

const limits = ({ processes = '62978', files = '1024' }): string =>
  'Limit                     Soft Limit           Hard Limit           Units     \n' +
  `Max processes             ${processes.padEnd(20)} ${processes.padEnd(20)} processes \n` +
  `Max open files            ${files.padEnd(20)} ${files.padEnd(20)} files     \n` +
  'Max locked memory         8388608              8388608              bytes     \n';

test.each([
  ['40', /^only 40 files and sockets may be open at a time: .* \(ulimit -n, LimitNOFILE of systemd\)$/],
  ['1023', /^only 1023 files/],
])('a limit of %s files is warned of', (files, expected) => {
  expect(fileLimitWarning(limits({ files }))).toMatch(expected);
});

test.each(['1024', '1048576', 'unlimited'])('a limit of %s files is enough', (files) => {
  expect(fileLimitWarning(limits({ files }))).toBeUndefined();
});

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
