/** Connections that HTTP servers have closed to make room for others, by the plugin that they were opened for. */
export class HttpMeter {
  readonly #closed = new Map<string, number>();

  count(plugin: string): void {
    this.#closed.set(plugin, this.closed(plugin) + 1);
  }

  closed(plugin: string): number {
    return this.#closed.get(plugin) ?? 0;
  }
}
