import type { HttpAddress } from '../../runtime/http/address.ts';
import type { Plugin } from '../plugin.ts';
import { parsePrometheus } from './parse.ts';

export interface PrometheusConfig {
  readonly at: HttpAddress;
  /** Tells of Node as well; of all addresses where any of them has it, as there is one Node. */
  readonly runtimeMetrics: boolean;
}

/** `prometheus`: counts the queries of its server block, and exports all metrics over HTTP. */
export const prometheusPlugin = {
  name: 'prometheus',
  parse: parsePrometheus,
  settings: ({ at }) => ({ http: at, isMeasured: true }),
  // Only who has metrics pays for the library.
  control: async (uses, host) => (await import('./control.ts')).prometheusControl(uses, host),
  sharesControl: true,
} satisfies Plugin<PrometheusConfig>;
