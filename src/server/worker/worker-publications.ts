import type { TlsMaterial } from '../../plugins/control.ts';
import type { TableHandle } from '../../table/layout.ts';
import type { TableReader } from '../../table/reader.ts';
import type { PluginConfig } from '../config.ts';
import type { Publication } from './worker-protocol.ts';
import { WorkerTables } from './worker-tables.ts';

interface Received {
  readonly tls: Map<string, TlsMaterial>;
  published: Publication['published'];
  /** Who wants to hear of what is published. */
  readonly listeners: Set<(data: unknown) => void>;
}

/** What control halves have published, as a worker has it: by the serial numbers of the control halves. */
export class WorkerPublications {
  readonly #tables: WorkerTables;
  readonly #received = new Map<number, Received>();

  constructor(collectGarbage: () => void) {
    this.#tables = new WorkerTables(collectGarbage);
  }

  /** Takes what is new; of what is known already this thread has heard since. */
  add(publications: ReadonlyMap<number, Publication>): void {
    for (const [control, { tables, tls, published }] of publications) {
      if (this.#received.has(control)) continue;
      this.#received.set(control, { tls: new Map(tls), published, listeners: new Set() });
      for (const [name, handle] of tables) this.#tables.add(keyOf(control, name), handle);
    }
  }

  /** Forgets all of other control halves. */
  retain(controls: ReadonlySet<number>): void {
    for (const control of this.#received.keys()) if (!controls.has(control)) this.#received.delete(control);
    this.#tables.retain((key) => controls.has(Number.parseInt(key)));
  }

  // These two are what links of chains have of it, and refer to nothing else: some links outlive their configuration.

  /** A table of the control half of a plugin; throws where there is none of this name. */
  readonly tableOf = (name: string, { instance }: PluginConfig): TableReader =>
    this.#tables.reader(keyOf(instance, name));

  /** Calls back at once where the control half of a plugin has published something, and whenever it does; the result ends it. */
  readonly onPublished = ({ instance }: PluginConfig, listener: (data: unknown) => void): (() => void) => {
    const received = this.#received.get(instance);
    if (!received) return () => undefined;
    received.listeners.add(listener);
    if (received.published) listener(received.published.data);
    return () => received.listeners.delete(listener);
  };

  /** New memory of a table. What comes for a control half that is not known is in the publication with which that will come. */
  useTable(control: number, name: string, handle: TableHandle): void {
    if (this.#received.has(control)) this.#tables.replace(keyOf(control, name), handle);
  }

  waiting(control: number, name: string, text: string): void {
    if (this.#received.has(control)) this.#tables.reader(keyOf(control, name)).waitingFor = text;
  }

  publish(control: number, data: unknown): void {
    const received = this.#received.get(control);
    if (!received) return;
    received.published = { data };
    for (const listener of received.listeners) listener(data);
  }

  useTls(control: number, name: string, material: TlsMaterial): void {
    this.#received.get(control)?.tls.set(name, material);
  }

  /** The one of these control halves that has a certificate of this name, and what it has. */
  tls(controls: Iterable<number>, name: string): { readonly control: number; readonly material: TlsMaterial } {
    for (const control of controls) {
      const material = this.#received.get(control)?.tls.get(name);
      if (material) return { control, material };
    }
    throw new Error(`no certificate '${name}'`);
  }
}

function keyOf(control: number, name: string): string {
  return `${control} ${name}`;
}
