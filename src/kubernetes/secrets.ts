/** A part of a secret that is as long as this says too much. */
const partLength = 16;
/** Shorter secrets are words like any other. */
const minLength = 4;
/** Tokens are renewed; an answer may speak of the one before. */
const maxRemembered = 4;
const hidden = '[hidden]';

/** What was sent to an API server to prove who we are, taken out of what it says: answers and errors are logged. */
export class Secrets {
  /** By what was learned, the last one last. */
  readonly #learned = new Map<string, readonly string[]>();
  #parts = new Set<string>();
  #short: readonly string[] = [];

  /** The value of an `Authorization` header. */
  learn(authorization: string): void {
    if (this.#learned.has(authorization)) return;
    this.#learned.set(authorization, secretsOf(authorization));
    for (const oldest of this.#learned.keys()) {
      if (this.#learned.size <= maxRemembered) break;
      this.#learned.delete(oldest);
    }
    const all = [...this.#learned.values()].flat();
    this.#short = all.filter(({ length }) => length >= minLength && length < partLength);
    this.#parts = new Set(all.flatMap(partsOf));
  }

  /** The text without the secrets, and without long parts of them: a message may be cut. */
  hide(text: string): string {
    let shown = '';
    let from = 0;
    for (let at = 0; at + partLength <= text.length; at++) {
      if (!this.#parts.has(text.slice(at, at + partLength))) continue;
      let end = at + partLength;
      while (end < text.length && this.#parts.has(text.slice(end + 1 - partLength, end + 1))) end++;
      shown += text.slice(from, at) + hidden;
      from = end;
      at = end - 1;
    }
    shown += text.slice(from);
    for (const secret of this.#short) shown = shown.replaceAll(secret, hidden);
    return shown;
  }
}

/** In all the forms in which they may come back. */
function secretsOf(authorization: string): string[] {
  const [, scheme = '', value = authorization] = /^(\S+)\s+(.*)$/s.exec(authorization.trim()) ?? [];
  const secrets = [value];
  if (/^basic$/i.test(scheme)) {
    const decoded = Buffer.from(value, 'base64').toString();
    secrets.push(decoded, decoded.slice(decoded.indexOf(':') + 1));
  }
  return secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]);
}

function partsOf(secret: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at + partLength <= secret.length; at++) parts.push(secret.slice(at, at + partLength));
  return parts;
}
