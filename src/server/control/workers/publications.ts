import type { TlsMaterial } from '../../../plugins/control.ts';
import type { TableHandle } from '../../../table/layout.ts';
import type { Publication } from '../../worker/worker-protocol.ts';

/** What one control half has handed to the workers, those to come included. */
class Published implements Publication {
  readonly tables = new Map<string, TableHandle>();
  readonly tls = new Map<string, TlsMaterial>();
  published: Publication['published'];
}

/** What the control halves at work have published, by their serial numbers. */
export class Publications {
  readonly #published = new Map<number, Published>();

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
