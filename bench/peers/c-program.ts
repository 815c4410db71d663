import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './inputs.ts';

/** The path of a C program of a folder, this one where it is not said, compiled once per content; `undefined` where there is no C compiler. */
export function cProgram(name: string, folder = new URL('.', import.meta.url)): string | undefined {
  const source = fileURLToPath(new URL(`${name}.c`, folder));
  const header = new URL('question.h', import.meta.url);
  const sources = createHash('sha256').update(readFileSync(source)).update(readFileSync(header));
  const hash = sources.digest('hex').slice(0, 16);
  const directory = join(cacheDirectory(), 'peers');
  const program = join(directory, `${name}-${hash}`);
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  const part = `${program}.${process.pid}`;
  const { status, error, stderr } = spawnSync('cc', ['-O2', '-Wall', '-Wextra', '-o', part, source], {
    encoding: 'utf8',
  });
  if (error) return undefined;
  if (status !== 0) throw new Error(`${name}.c does not compile:\n${stderr}`);
  renameSync(part, program);
  return program;
}
