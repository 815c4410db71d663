import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Debian's packages; the first is smaller. */
const programs = ['chromium-headless-shell', 'chromium'];

/** The Chromium of this machine; `undefined` where there is none. */
export const chromiumPath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((directory) => programs.map((program) => join(directory, program)))
  .find(isExecutable);

/** Starts Chromium, with `more` of its flags. Whoever opens it closes it. */
export function openBrowser(...more: string[]): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(`needs Debian's ${programs.join(' or ')}`);
  // It has no sandbox for root.
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...more];
  return chromium.launch({ executablePath: chromiumPath, args });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
