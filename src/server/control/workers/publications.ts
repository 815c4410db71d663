import type { TlsMaterial } from '../../../plugins/control.ts';
import type { TableHandle } from '../../../table/layout.ts';
import type { Publication, WorkerCommand } from '../../worker/worker-protocol.ts';

/** What one control half has handed to the workers, those to come included. */
class Published implements Publication {
  readonly tables = new Map<string, TableHandle>();
  readonly tls = new Map<string, TlsMaterial>();
  published: Publication['published'];
}

/** What the control halves at work hand to the workers, by their serial numbers: it is sent to those that there are, and kept for those to come. */
export class Publications {
  readonly #published = new Map<number, Published>();
  readonly #send: (command: WorkerCommand) => void;

  /** `send` sends a command to all workers that there are. */
  constructor(send: (command: WorkerCommand) => void) {
    this.#send = send;
  }

  /** A control half begins to work. */
  open(control: number): void {
    this.#published.set(control, new Published());
  }

  /** It has stopped. */
  close(control: number): void {
    this.#published.delete(control);
  }

  /** `undefined` where it does not work any more: what it says now concerns nobody. */
  of(control: number): Published | undefined {
    return this.#published.get(control);
  }

  /** Hands new memory of a table to the workers. */
  setTable(control: number, name: string, handle: TableHandle): void {
    this.of(control)?.tables.set(name, handle);
    this.#send({ type: 'table', control, name, handle });
  }

  /** Tells the workers that there are why a table is not synced yet; '' when it is. */
  setWaiting(control: number, name: string, text: string): void {
    this.#send({ type: 'waiting', control, name, text });
  }

  /** Hands a certificate and its key to the workers. `name` is that of the TlsSettings. */
  setTls(control: number, name: string, material: TlsMaterial): void {
    this.of(control)?.tls.set(name, material);
    this.#send({ type: 'tls', control, name, material });
  }

  /** Hands what a control half publishes to its query half. */
  publish(control: number, data: unknown): void {
    const published = this.of(control);
    if (published) published.published = { data };
    this.#send({ type: 'published', control, data });
  }

  /** Those of the control halves of one configuration. */
  select(controls: readonly number[]): ReadonlyMap<number, Publication> {
    return new Map(
      controls.flatMap((control) => {
        const published = this.#published.get(control);
        return published ? [[control, published] as const] : [];
      }),
    );
  }
}
