import { spawnSync } from 'node:child_process';

/**
 * What this machine lacks for tests that change it, '' for nothing: root on Linux, and programs. `untested` is said of it
 * on standard error; in CI the count of skipped tests says it too.
 */
export function missingForRoot(untested: string, ...programs: string[]): string {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const missing = [...(isRoot ? [] : ['root on Linux']), ...programs.filter((program) => !hasProgram(program))];
  return saySkipped(untested, missing.length === 0 ? '' : `${missing.join(', ')} is missing`);
}

/** Says why something is not tested, unless that is ''. */
export function saySkipped(untested: string, why: string): string {
  if (why !== '') process.stderr.write(`\nSKIPPED: ${untested} is not tested: ${why}.\n\n`);
  return why;
}

function hasProgram(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;
}
