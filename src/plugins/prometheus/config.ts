import type { HttpAddress } from '../../runtime/http/address.ts';

export interface PrometheusConfig {
  readonly at: HttpAddress;
}
