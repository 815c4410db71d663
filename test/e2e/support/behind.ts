import { expect } from 'vitest';
import type { ApiClient } from './api-client.ts';
import { withVip } from './objects.ts';
import type { Served } from './served.ts';

const namespace = 'shop';

/** Objects that change while the server cannot see it: one of each way in which an object can change. */
export class Behind {
  readonly #admin: ApiClient;
  readonly #tag: string;

  /** `tag` keeps the hosts of one test apart from those of others. */
  constructor(admin: ApiClient, tag: string) {
    this.#admin = admin;
    this.#tag = tag;
  }

  async create(): Promise<void> {
    await this.#admin.create(this.#object('stays', '10.5.0.1'));
    await this.#admin.create(this.#object('changes', '10.5.0.2'));
    await this.#admin.create(this.#object('goes', '10.5.0.3'));
    await this.#admin.create(this.#object('returns', '10.5.0.4'));
  }

  async change(): Promise<void> {
    await this.#admin.update(this.#object('changes', '10.5.1.2'));
    await this.#admin.delete(this.#object('goes', ''));
    await this.#admin.delete(this.#object('returns', ''));
    await this.#admin.create(this.#object('returns', '10.5.1.4'));
    await this.#admin.create(this.#object('comes', '10.5.1.5'));
  }

  /** The answers that are right while the changes may be seen or not. */
  get answers(): Record<string, readonly string[]> {
    return {
      [this.host('stays')]: ['10.5.0.1'],
      [this.host('changes')]: ['10.5.0.2', '10.5.1.2'],
      [this.host('goes')]: ['10.5.0.3', 'NXDOMAIN'],
      // While the new one is not there yet nobody has the name.
      [this.host('returns')]: ['10.5.0.4', '10.5.1.4', 'NXDOMAIN'],
      [this.host('comes')]: ['10.5.1.5', 'NXDOMAIN'],
    };
  }

  /** Fails where one of the changes is served already: then nothing was broken. */
  async expectUnseen(served: Served): Promise<void> {
    expect(await this.#present(served)).toEqual(['10.5.0.1', '10.5.0.2', '10.5.0.3', '10.5.0.4', 'NXDOMAIN']);
  }

  async untilSeen(served: Served): Promise<void> {
    await served.until(this.host('comes'), '10.5.1.5');
    await served.until(this.host('changes'), '10.5.1.2');
    await served.until(this.host('returns'), '10.5.1.4');
    await served.until(this.host('goes'), 'NXDOMAIN');
    await served.until(this.host('stays'), '10.5.0.1');
  }

  host(name: string): string {
    return `${name}.${this.#tag}.mesh.test`;
  }

  #present(served: Served): Promise<string[]> {
    return Promise.all(['stays', 'changes', 'goes', 'returns', 'comes'].map((name) => served.ask(this.host(name))));
  }

  #object(name: string, vip: string) {
    return withVip(namespace, `${this.#tag}-${name}`, this.host(name), vip);
  }
}
