import type { HttpAddress } from '../../runtime/http/address.ts';

export interface HealthConfig {
  readonly at: HttpAddress;
  /** How long a shutdown goes on answering before it begins. */
  readonly lameduckMs: number;
}
