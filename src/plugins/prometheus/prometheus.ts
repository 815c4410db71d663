import type { Plugin } from '../plugin.ts';
import type { PrometheusConfig } from './config.ts';
import { parsePrometheus } from './parse.ts';

/** `prometheus`: counts the queries of its server block, and exports all metrics over HTTP. */
export const prometheusPlugin = {
  name: 'prometheus',
  parse: parsePrometheus,
  settings: ({ at }) => ({ http: at, isMeasured: true }),
  // Only who has metrics pays for the library.
  control: async (uses, host) => new (await import('./control.ts')).PrometheusControl(uses, host),
} satisfies Plugin<PrometheusConfig>;
