import type { Plugin } from '../plugin.ts';
import type { PublishConfig } from './config.ts';
import { parsePublish } from './parse.ts';

/**
 * `publish`: keeps zones of other name servers in step with the hosts of `serviceentry`, by dynamic update:
 *
 *     serviceentry ─ PublicHosts ─► desired-zones ─► zone-publisher ─► dynamic-update/ ─► name server
 *                                                        ▲
 *                                         kubernetes/leader-elector
 *
 * It has a control half only: queries do not meet it.
 */
export const publishPlugin = {
  name: 'publish',
  parse: parsePublish,
  missing: async (config) => (await import('./key-file.ts')).openKeyFiles(config),
  control: async (uses, host) => (await import('./control.ts')).publishControl(uses, host),
} satisfies Plugin<PublishConfig>;
