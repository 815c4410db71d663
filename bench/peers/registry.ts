import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Children } from './children.ts';
import { hostAt, ttlSeconds, type HostListName } from './hosts.ts';
import type { Question } from './questions.ts';
import type { Disturbance } from './scenarios.ts';

export interface RegistryOrder {
  /** `churn`: changes, and hosts that come and go. */
  readonly disturbance: Exclude<Disturbance, 'none'> | 'churn';
  readonly seconds: number;
  /** Changes, if not as many as the scenarios have. */
  readonly perSecond?: number;
}

/** What was done: so many changes or relists, how long it took, and what the last of them made of a host. */
export interface RegistryEnd {
  readonly type: 'ended';
  readonly times: number;
  readonly seconds: number;
  readonly index: number;
  readonly address: string;
}

/** What an order is followed by, one after the other. */
export type RegistrySaying = { readonly type: 'begun' } | RegistryEnd;

/** A disturbance that has begun. */
export interface Disturbed {
  readonly ended: Promise<RegistryEnd>;
}

/** The API server that our server watches where its registry changes. */
export class Registry {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(children: Children, list: HostListName): Promise<Registry> {
    const program = fileURLToPath(new URL('registry-process.ts', import.meta.url));
    const child = children.spawn([process.execPath, program, list], ['ignore', 'inherit', 'inherit', 'ipc']);
    const { url } = (await message(child, () => true)) as { url: string };
    return new Registry(url, child);
  }

  /** Resolves when what was ordered begins. */
  async disturb(order: RegistryOrder): Promise<Disturbed> {
    const begun = saying(this.#child, 'begun');
    const ended = saying(this.#child, 'ended') as Promise<RegistryEnd>;
    this.#child.send(order);
    await begun;
    return { ended };
  }

  stop(): void {
    this.#child.disconnect();
  }
}

/** The question whose answer shows that the last change has arrived. */
export function lastChanged({ index, address }: RegistryEnd): Question {
  const { name } = hostAt(index);
  const answer = [`${name}. ${ttlSeconds} IN A ${address}`];
  return { name, type: 'A', expected: { rcode: 'NOERROR', answer } };
}

function saying(child: ChildProcess, type: RegistrySaying['type']): Promise<unknown> {
  return message(child, (said) => (said as RegistrySaying).type === type);
}

/** The next message of that kind. */
function message(child: ChildProcess, isMeant: (said: unknown) => boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(new Error('the API server of the benchmark has ended'));
    const onMessage = (said: unknown): void => {
      if (!isMeant(said)) return;
      child.off('exit', onEnd).off('message', onMessage);
      resolve(said);
    };
    child.once('exit', onEnd).on('message', onMessage);
  });
}
