import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { ReloadConfig } from './reload.ts';

/** A timer cannot be set for longer; nobody waits for it. */
const maxTimerMs = 2 ** 31 - 1;

/** Looks at the Corefile after each interval. Where several lines say how long that is the last one counts, as in CoreDNS. */
export function reloadControl(
  uses: readonly Use<ReloadConfig>[],
  { clock, logger, corefile, inPlace }: Host,
  random: () => number = Math.random,
): Control {
  const { intervalMs, jitterMs } = uses.at(-1)!.config;
  const everyMs = Math.min(intervalMs + jitterMs * (random() - 0.5), maxTimerMs);
  let cancel = (): void => undefined;
  let isStopped = false;
  const later = (): void => {
    if (isStopped) return;
    cancel = clock.after(everyMs, () => void corefile.check().then(later));
  };
  return {
    start() {
      if (corefile.fixed !== undefined) {
        logger.warning(`plugin/reload: nothing is ever reloaded: ${corefile.fixed}`);
        return;
      }
      if (inPlace === undefined) logger.info(`plugin/reload: Running configuration SHA512 = ${corefile.hash}`);
      later();
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
