import type { HttpAddress } from '../../runtime/http/address.ts';

export interface ReadyConfig {
  readonly at: HttpAddress;
  /** `until-ready`: what was ready once is not asked again. */
  readonly monitor: 'until-ready' | 'continuously';
}
