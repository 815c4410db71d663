/** Parts of a secret that are as long as this are removed too. */
const partLength = 16;
/** Shorter secrets are not removed: they are words like any other. */
const minLength = 4;
/** Tokens are renewed; an answer may have the previous one. */
const maxKept = 4;
const hidden = '[hidden]';

/** Removes the credentials that were sent to an API server from its answers and errors, because these are logged. */
export class Secrets {
  /** Secrets by `Authorization` header, the last one last. */
  readonly #kept = new Map<string, readonly string[]>();
  #parts = new Set<string>();
  #short: readonly string[] = [];

  /** The value of an `Authorization` header. */
  add(authorization: string): void {
    if (this.#kept.has(authorization)) return;
    this.#kept.set(authorization, secretsOf(authorization));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxKept) break;
      this.#kept.delete(oldest);
    }
    const all = [...this.#kept.values()].flat();
    this.#short = all.filter(({ length }) => length >= minLength && length < partLength);
    this.#parts = new Set(all.flatMap(partsOf));
  }

  /** The text without the secrets, and without long parts of them: a message may have been cut. */
  redact(text: string): string {
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

/** All forms in which an answer may have them. */
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
