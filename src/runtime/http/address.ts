/** Where an HTTP server listens. */
export interface HttpAddress {
  /** IP address, or '' for all addresses of the machine. */
  readonly address: string;
  readonly port: number;
}

/** `127.0.0.1:9153`, `[::1]:9153`, `:8080`: the form in which messages name an address. */
export function formatHttpAddress({ address, port }: HttpAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Two sockets cannot listen on both. */
export function overlaps(a: HttpAddress, b: HttpAddress): boolean {
  if (a.port !== b.port) return false;
  const both = [a.address, b.address];
  if (a.address === b.address || both.includes('') || both.includes('::')) return true;
  return both.includes('0.0.0.0') && both.every((address) => !address.includes(':'));
}
