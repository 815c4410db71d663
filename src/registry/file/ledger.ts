import { objectKey, type RegistryObject } from '../object.ts';
import type { Rejection } from '../rejection.ts';
import type { Change } from '../source.ts';
import { compareClaims, type Claim, type LoadedDocument } from './document.ts';
import { sameObject } from './same-object.ts';

/** A rejection with the file that it counts for. */
export interface FileRejection {
  readonly file: string;
  readonly rejection: Rejection;
}

/** Who claims which key. The first claim is served, the others wait for it to go. */
export class Ledger {
  /** One claim, or several in order: nearly all keys have one. */
  readonly #claims = new Map<string, Claim | Claim[]>();
  readonly #contested = new Set<string>();
  /** What the sink knew of the keys that changed since it was told. */
  readonly #touched = new Map<string, RegistryObject | undefined>();

  add(document: LoadedDocument): void {
    for (const claim of document.claims) {
      const key = this.#touch(claim);
      const held = this.#claims.get(key);
      if (held === undefined) {
        this.#claims.set(key, claim);
        continue;
      }
      if (Array.isArray(held)) insert(held, claim);
      else this.#claims.set(key, compareClaims(held, claim) < 0 ? [held, claim] : [claim, held]);
      this.#contested.add(key);
    }
  }

  /** Documents of one file are best removed last one first: then a key that thousands of them claim costs no more. */
  remove(document: LoadedDocument): void {
    for (const claim of document.claims) {
      const key = this.#touch(claim);
      const held = this.#claims.get(key);
      if (!Array.isArray(held)) {
        if (held === claim) this.#claims.delete(key);
        continue;
      }
      const at = held.lastIndexOf(claim);
      if (at >= 0) held.splice(at, 1);
      if (held.length > 1) continue;
      this.#claims.set(key, held[0]!);
      this.#contested.delete(key);
    }
  }

  /** What the sink must be told since the last call. */
  takeChanges(): Change[] {
    const changes: Change[] = [];
    for (const [key, before] of this.#touched) {
      const now = asArray(this.#claims.get(key))[0]?.object;
      if (now === undefined) {
        if (before === undefined) continue;
        const { kind, meta } = before;
        changes.push({ type: 'delete', kind, namespace: meta.namespace, name: meta.name });
      } else if (before === undefined || !sameObject(before, now)) changes.push({ type: 'upsert', object: now });
    }
    this.#touched.clear();
    return changes;
  }

  /** One rejection for each claim that another stands before. */
  duplicates(): FileRejection[] {
    return [...this.#contested].flatMap((key) => {
      const [first, ...others] = asArray(this.#claims.get(key));
      return others.map(({ object, document }) => {
        const { kind, meta } = object;
        const message = `${originOf(first!)} has the same kind, namespace and name, and is served`;
        const name = `${kind} ${meta.namespace}/${meta.name}`;
        const rejection = { reason: 'duplicate', object: name, field: '', message, origin: meta.origin.text } as const;
        return { file: document.place.path, rejection };
      });
    });
  }

  #touch(claim: Claim): string {
    const key = objectKey(claim.object);
    if (!this.#touched.has(key)) this.#touched.set(key, asArray(this.#claims.get(key))[0]?.object);
    return key;
  }
}

function insert(claims: Claim[], claim: Claim): void {
  let [low, high] = [0, claims.length];
  // Most come in order.
  if (compareClaims(claims[high - 1]!, claim) < 0) low = high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareClaims(claims[middle]!, claim) < 0) low = middle + 1;
    else high = middle;
  }
  claims.splice(low, 0, claim);
}

function originOf(claim: Claim): string {
  return claim.object.meta.origin.text;
}

function asArray(held: Claim | Claim[] | undefined): readonly Claim[] {
  if (held === undefined) return [];
  return Array.isArray(held) ? held : [held];
}
