import { InspectError } from '../plugins/inspection.ts';
import { systemClock } from '../runtime/clock.ts';
import { makeLogger } from '../runtime/make-logger.ts';
import { problemLogger, withLocalControls } from './local.ts';
import { printable } from '../runtime/terminal-text.ts';
import { write } from './output.ts';
import type { PublishFlags } from './publish-command.ts';
import { nextSignal } from './serve.ts';

/** What a dry run ends with where something would be changed: neither a success nor a failure. */
const wouldChange = 3;

/**
 * `serviceentry-dns publish`: brings zones of other name servers into step, once or until a signal comes. Resolves with the exit code;
 * rejects with a message for people.
 */
export async function runPublish(flags: PublishFlags, hashSeed: number): Promise<number> {
  const { isOnce, isDryRun, maxRemovals } = flags;
  const logger = isOnce ? problemLogger : makeLogger('text', false, systemClock);
  const isNeeded = ({ name, explains }: { readonly name: string; readonly explains?: unknown }): boolean =>
    explains === true || name === 'publish';
  // Timers of the clock do not keep a process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    return await withLocalControls(
      { ...flags, kubeconfig: undefined },
      hashSeed,
      isNeeded,
      logger,
      async (controls) => {
        const publishing = controls.all.flatMap(({ control }) => (control.publish ? [control] : []));
        if (publishing.length === 0)
          throw new InspectError('the Corefile has no publish directive, which says to where');
        let text = '';
        const print = (piece: string): unknown => (text += piece);
        const options = { isDryRun, maxRemovals, until: isOnce ? undefined : nextSignal(), print };
        const results = await Promise.all(publishing.map((control) => control.publish!(options)));
        await write(printable(text));
        const failures = results.flatMap((result) => result.failures);
        for (const failure of failures) process.stderr.write(`${printable(failure)}\n`);
        if (failures.length > 0) return 1;
        return isDryRun && results.some(({ changes }) => changes > 0) ? wouldChange : 0;
      },
    );
  } finally {
    clearInterval(alive);
    logger.flush();
  }
}
