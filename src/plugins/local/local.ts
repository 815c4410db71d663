import type { Plugin } from '../plugin.ts';
import { localHandler } from './handler.ts';
import { parseLocal } from './parse.ts';

export interface LocalConfig {
  /** Names that begin with the label `localhost` are this machine as well. */
  readonly hasPrefix: boolean;
}

/**
 * `local`: answers for this machine's own names, so that nobody else is asked: `localhost`, names below it and, as long as the Corefile
 * does not say otherwise, names that begin with it; and the reverse zones of addresses that mean this machine or nobody.
 */
export const localPlugin = {
  name: 'local',
  parse: parseLocal,
  control: async (uses, host) => (await import('./control.ts')).localControl(uses, host),
  query: localHandler,
} satisfies Plugin<LocalConfig>;
