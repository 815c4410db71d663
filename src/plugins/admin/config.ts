import type { HttpAddress } from '../http-address.ts';

/** Where `admin` listens; always at an address that was written or is loopback. */
export type AdminConfig = HttpAddress;
