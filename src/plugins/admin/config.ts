import type { HttpAddress } from '../../runtime/http/address.ts';

export interface AdminConfig {
  /** Always an address that was written, or loopback. */
  readonly at: HttpAddress;
}
