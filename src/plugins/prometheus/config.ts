import type { HttpAddress } from '../http-address.ts';

export interface PrometheusConfig {
  readonly at: HttpAddress;
}
