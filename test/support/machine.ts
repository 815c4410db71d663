import { spawnSync } from 'node:child_process';

/**
 * What this machine lacks for tests that change it, '' for nothing: root on Linux, and programs. `untested` is said of it
 * on standard error; in CI the count of skipped tests says it too.
 */
export function missingForRoot(untested: string, ...programs: string[]): string {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return sayMissing(untested, [...(isRoot ? [] : ['root on Linux']), ...programs.filter(isMissing)]);
}

/** Which of the programs this machine lacks, in words; '' for none. */
export function missingPrograms(untested: string, ...programs: string[]): string {
  return sayMissing(untested, programs.filter(isMissing));
}

function sayMissing(untested: string, missing: readonly string[]): string {
  return saySkipped(untested, missing.length === 0 ? '' : `${missing.join(', ')} is missing`);
}

/** Says why something is not tested, unless that is ''. */
export function saySkipped(untested: string, why: string): string {
  if (why !== '') process.stderr.write(`\nSKIPPED: ${untested} is not tested: ${why}.\n\n`);
  return why;
}

function isMissing(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0;
}
