import { stat } from 'node:fs/promises';
import { parseTsigKey, type TsigKey } from '../../dynamic-update/tsig-key.ts';
import { UpdateError } from '../../dynamic-update/errors.ts';
import { fileErrorText } from '../../runtime/errors.ts';
import type { PublishConfig } from './config.ts';

/** Reads a key file; a text where it holds none, for behind its path. */
export function readKeyFile(path: string, readFile: (path: string) => string): TsigKey | string {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return fileErrorText(error);
  }
  const key = parseTsigKey(text);
  return typeof key === 'string' ? `is no key file: ${key}` : key;
}

/** As `readKeyFile`, where the server runs: throws UpdateError. */
export function keyOf(path: string, readFile: (path: string) => string): TsigKey {
  const key = readKeyFile(path, readFile);
  if (typeof key === 'string') throw new UpdateError('key', `the key file ${path} ${key}`);
  return key;
}

/** Key files that every user of the machine may read. */
export async function openKeyFiles({ targets }: PublishConfig): Promise<string[]> {
  const warnings: string[] = [];
  for (const path of new Set(targets.map(({ keyFile }) => keyFile))) {
    try {
      const { mode } = await stat(path);
      if ((mode & 0o004) !== 0)
        warnings.push(
          `every user of this machine may read the key ${path}: 'chmod 600' it, or set defaultMode of the Secret`,
        );
    } catch {
      // That it cannot be read was reported as an error.
    }
  }
  return warnings;
}
