/** Connections that HTTP servers have closed to make room for others, by the plugin that opened the server. */
export class HttpMeter {
  readonly #closed = new Map<string, number>();

  /** A server was opened: from now on there is a number for it. */
  open(plugin: string): void {
    this.#closed.set(plugin, this.closed(plugin));
  }

  count(plugin: string): void {
    this.#closed.set(plugin, this.closed(plugin) + 1);
  }

  closed(plugin: string): number {
    return this.#closed.get(plugin) ?? 0;
  }

  /** Those that have opened a server. */
  get plugins(): readonly string[] {
    return [...this.#closed.keys()];
  }
}
