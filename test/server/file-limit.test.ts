import { expect, test } from 'vitest';
import { fileLimitWarning } from '../../src/server/file-limit.ts';

const limits = (files: string): string =>
  'Limit                     Soft Limit           Hard Limit           Units     \n' +
  'Max processes             62978                62978                processes \n' +
  `Max open files            ${files.padEnd(20)} ${files.padEnd(20)} files     \n` +
  'Max locked memory         8388608              8388608              bytes     \n';

test.each([
  ['40', /^only 40 files and sockets may be open at a time: .* \(ulimit -n, LimitNOFILE of systemd\)$/],
  ['1023', /^only 1023 files/],
])('a limit of %s is warned of', (files, expected) => {
  expect(fileLimitWarning(limits(files))).toMatch(expected);
});

test.each(['1024', '1048576', 'unlimited'])('a limit of %s is enough', (files) => {
  expect(fileLimitWarning(limits(files))).toBeUndefined();
});

test('nothing is said where the system does not tell', () => {
  expect(fileLimitWarning('')).toBeUndefined();
});
