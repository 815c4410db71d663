import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Children } from './children.ts';
import { hostAt, ttlSeconds, type HostListName } from './hosts.ts';
import type { Question } from './questions.ts';
import type { Disturbance } from './scenarios.ts';

export interface RegistryOrder {
  readonly disturbance: Exclude<Disturbance, 'none'>;
  readonly seconds: number;
}

/** What was done: so many changes or relists, and what the last of them made of a host. */
export interface RegistryAnswer {
  readonly times: number;
  readonly index: number;
  readonly address: string;
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
    const { url } = await message<{ url: string }>(child);
    return new Registry(url, child);
  }

  async disturb(order: RegistryOrder): Promise<RegistryAnswer> {
    const answer = message<RegistryAnswer>(this.#child);
    this.#child.send(order);
    return answer;
  }

  stop(): void {
    this.#child.disconnect();
  }
}

/** The question whose answer shows that the last change has arrived. */
export function lastChanged({ index, address }: RegistryAnswer): Question {
  const { name } = hostAt(index);
  const answer = [`${name}. ${ttlSeconds} IN A ${address}`];
  return { name, type: 'A', expected: { rcode: 'NOERROR', answer } };
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the API server of the benchmark has ended'));
    child.once('exit', ended).once('message', (said) => {
      child.off('exit', ended);
      resolve(said as T);
    });
  });
}
