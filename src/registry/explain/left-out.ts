import type { Registry } from '../registry.ts';
import type { Rejection } from '../model/rejection.ts';
import { addressFromReverseName } from '../../wire/reverse-name.ts';
import type { LeftOut, LeftOutPart } from './explanation.ts';
import { isMeant } from './meant.ts';

/** What of the registry is left out, as far as it has to do with a name. */
export class LeftOutParts {
  readonly #queried: readonly string[];
  /** Those that may be about the name, whatever object they are of. */
  readonly #about: readonly Rejection[];
  readonly #others: readonly Rejection[];

  /** `name` is lower-case and without trailing dot, `base` the part of it behind the labels with an underscore. */
  constructor(name: string, base: string, registry: Registry) {
    const address = addressFromReverseName(base);
    this.#queried = [...new Set([name, base, ...(address === undefined ? [] : [address])])].filter(
      (each) => each !== '',
    );
    const all = registry.status.rejections.filter(({ reason }) => reason !== 'not-allowed' && reason !== 'excluded');
    this.#about = all.filter((each) => this.#mayBeAbout(each));
    const about = new Set(this.#about);
    this.#others = all.filter((each) => !about.has(each));
  }

  /** `shop/lower has it, but is left out`, where that is so. */
  noteOn(host: string): string | undefined {
    const found = this.#about.find(
      ({ object, written = [] }) => object !== '' && written.some((each) => isMeant(each, host)),
    );
    return (
      found &&
      `${nameIn(found.object)} has ${wordFor(found, [host])}, ${found.reason === 'host' ? 'which' : 'but'} is left out`
    );
  }

  /** With what is left out of objects that take part in the answer. */
  explain(takesPart: (rejection: Rejection) => boolean): LeftOut & { readonly texts: readonly string[] } {
    const ofParticipants = this.#others.filter(takesPart);
    const items = [...this.#about, ...ofParticipants];
    const texts = [...this.#textsAbout(), ...ofParticipants.map(partText)];
    return { items: items.map(leftOutPart), others: this.#others.length - ofParticipants.length, texts };
  }

  #mayBeAbout({ object, written }: Rejection): boolean {
    // What is in a document that does not parse is not always known.
    if (object === '' && written === undefined) return true;
    return written?.some((each) => this.#queried.some((queried) => isMeant(each, queried))) === true;
  }

  #textsAbout(): string[] {
    const wholes = new Map<string, Rejection[]>();
    const texts: string[] = [];
    for (const rejection of this.#about) {
      const { object, origin, reason, isWhole } = rejection;
      if (!isWhole || (reason === 'host' && rejection.field !== 'spec.hosts')) {
        texts.push(object === '' ? documentText(rejection) : this.#partText(rejection));
        continue;
      }
      const key = `${object}\n${origin}`;
      const group = wholes.get(key);
      if (group) group.push(rejection);
      else wholes.set(key, [rejection]);
    }
    const wholeTexts = Array.from(wholes.values(), (group) => {
      const [{ object, origin }] = group as [Rejection];
      const reasons = group.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');
      return `${nameIn(object)} has ${wordFor(group[0]!, this.#queried)}, but is left out: ${reasons} (${origin})`;
    });
    return [...wholeTexts, ...texts];
  }

  #partText(rejection: Rejection): string {
    const { reason, object, field, message, origin, written } = rejection;
    if (reason === 'unused' && field.startsWith('spec.hosts'))
      return `the host ${written![0]!} of ${nameIn(object)}${message.slice(written![0]!.length)}`;
    if (reason === 'unused') return `${nameIn(object)}: ${field}: ${message} (${origin})`;
    const why = message.replace(/^found "(?:[^"\\]|\\.)*"[;,] /, '');
    return `${nameIn(object)} has ${wordFor(rejection, this.#queried)}, which is left out: ${field}: ${why} (${origin})`;
  }
}

/** What of it is meant: `it` where that is the name itself. */
function wordFor({ written = [] }: Rejection, queried: readonly string[]): string {
  if (written.some((each) => queried.includes(each.toLowerCase()))) return 'it';
  const found = written.find((each) => queried.some((name) => isMeant(each, name))) ?? '';
  return /^[!-~]+$/.test(found) ? found : JSON.stringify(found);
}

function documentText({ message, origin, written }: Rejection): string {
  const relation = written === undefined ? 'may have it' : 'speaks of it';
  return `${origin} cannot be read, and ${relation}: ${message}`;
}

function partText({ object, field, message, origin }: Rejection): string {
  return [`left out at ${origin}`, object, field, message].filter((part) => part !== '').join(': ');
}

/** `namespace/name` of `KIND namespace/name`; other kinds than ServiceEntry are named. */
function nameIn(object: string): string {
  return object.replace(/^ServiceEntry /, '');
}

/** A rejection as it is shown. */
export function leftOutPart({ reason, object, field, message, origin }: Rejection): LeftOutPart {
  return { reason, object, field, message, origin };
}
