import { expect, test } from 'vitest';
import { threadLimitWarning } from '../../src/server/thread-limit.ts';

const limits = (processes: string): string =>
  'Limit                     Soft Limit           Hard Limit           Units     \n' +
  `Max processes             ${processes.padEnd(20)} ${processes.padEnd(20)} processes \n` +
  'Max open files            40                   40                   files     \n';

test('a limit below what is needed is warned of', () => {
  expect(threadLimitWarning(limits('11'), 7)).toMatch(/^only 11 threads .* 12 are needed here: .* \(ulimit -u, .*\)$/);
});

test.each(['12', '62978', 'unlimited'])('a limit of %s is enough', (processes) => {
  expect(threadLimitWarning(limits(processes), 7)).toBeUndefined();
});

test('nothing is said where the system does not tell', () => {
  expect(threadLimitWarning('', 7)).toBeUndefined();
});
