import type { ByMesh, ViewMap } from '../../resolve/view-map.ts';
import { choiceWhen, recordOffset, theRecordItself } from '../../../table/layout.ts';
import { ByteWriter } from '../../../table/byte-writer.ts';
import { choicesIn, type Choice } from './choice.ts';
import type { Compiler, NameRecord } from './compile.ts';
import { writeTargets } from './targets.ts';

/** The numbers that stand for namespaces in the table. */
export interface NamespaceNumbers {
  idOf(namespace: string): number;
}

type Records = ViewMap<NameRecord | undefined>;

/** A record in table form, and what it was made of. */
interface Compiled {
  readonly bytes: Uint8Array;
  readonly record: NameRecord;
}

/** Writes the records of names that are answered in different ways. */
export class ViewCompiler {
  readonly #compiler: Compiler;
  readonly #namespaces: NamespaceNumbers;
  readonly #out = new ByteWriter();

  constructor(compiler: Compiler, namespaces: NamespaceNumbers) {
    this.#compiler = compiler;
    this.#namespaces = namespaces;
  }

  /**
   * The record of a name: one that holds the others, or the only one where they are the same to the octet. `undefined`
   * where nobody sees anything. The view is good until the next call.
   */
  compile(name: Uint8Array, views: Records): Uint8Array | undefined {
    const { plain } = views.others;
    if (views.isUniform && (!plain || (!plain.choices && plain.kind !== 'hidden'))) {
      return plain && this.#compiler.compile(plain);
    }
    const distinct: Compiled[] = [];
    const others: ByMesh<Compiled | undefined> = {
      plain: this.#distinct(distinct, plain, undefined),
      meshed: this.#distinct(distinct, views.others.meshed, undefined),
    };
    const differing: { id: number; pair: ByMesh<Compiled | undefined> }[] = [];
    for (const [namespace, pair] of views.namespaces) {
      const compiled = {
        plain: this.#differing(distinct, pair.plain, others.plain),
        meshed: this.#differing(distinct, pair.meshed, others.meshed),
      };
      const isCommon = compiled.plain === others.plain && compiled.meshed === others.meshed;
      if (!isCommon) differing.push({ id: this.#namespaces.idOf(namespace), pair: compiled });
    }
    if (differing.length === 0 && others.plain === others.meshed && others.plain?.record.kind !== 'hidden') {
      return others.plain?.bytes;
    }
    return this.#views(name, others, differing, distinct);
  }

  #views(
    name: Uint8Array,
    others: ByMesh<Compiled | undefined>,
    differing: { id: number; pair: ByMesh<Compiled | undefined> }[],
    distinct: readonly Compiled[],
  ): Uint8Array {
    const out = this.#out;
    out.reset();
    out.bytes(this.#compiler.compile({ name, kind: 'views', flags: 0, ttl: 0 }));
    out.length = recordOffset.name + name.length;
    const places: { at: number; compiled: Compiled | undefined }[] = [];
    const place = ({ plain, meshed }: ByMesh<Compiled | undefined>): void => {
      for (const compiled of [plain, meshed]) {
        places.push({ at: out.length, compiled });
        out.u32(0);
      }
    };
    place(others);
    out.u16(differing.length);
    for (const { id, pair } of differing.sort((a, b) => a.id - b.id)) {
      out.u32(id);
      place(pair);
    }
    const offsets = new Map<Compiled, number>();
    for (const each of distinct) {
      out.pad(4);
      offsets.set(each, out.length);
      out.bytes(each.bytes);
    }
    for (const { at, compiled } of places) if (compiled) out.patch32(at, offsets.get(compiled)!);
    out.pad(4);
    out.patch32(recordOffset.size, out.length);
    return out.view();
  }

  /** That of most clients, where a namespace gets the same. */
  #differing(distinct: Compiled[], record: NameRecord | undefined, others: Compiled | undefined): Compiled | undefined {
    if (!record || record === others?.record) return record && others;
    const isCommon = others !== undefined && record.choices === others.record.choices;
    if (isCommon && isEqual(this.#plain(others), this.#compiler.compile(record))) return others;
    return this.#distinct(distinct, record, others?.record.choices);
  }

  /** Compiles a record, unless there is one that is the same to the octet. `others` is where the common list begins. */
  #distinct(distinct: Compiled[], record: NameRecord | undefined, others: Choice | undefined): Compiled | undefined {
    if (!record) return undefined;
    const bytes = this.#record(record, others);
    const same = distinct.find((other) => isEqual(other.bytes, bytes));
    if (same) return same;
    const compiled = { bytes: bytes.slice(), record };
    distinct.push(compiled);
    return compiled;
  }

  /** A compiled record without its choices. */
  #plain({ record }: Compiled): Uint8Array {
    return this.#compiler.compile(record).slice();
  }

  /** A record with its choices, up to those that most clients have as well. */
  #record(record: NameRecord, others: Choice | undefined): Uint8Array {
    if (!record.choices) return this.#compiler.compile(record);
    const choices: { choice: Choice; id: number; bytes: Uint8Array }[] = [];
    let isContinued = false;
    for (const choice of choicesIn(record.choices)) {
      isContinued = choice === others;
      if (isContinued) break;
      const id = choice.when === 'always' || choice.when === 'targets' ? 0 : this.#namespaces.idOf(choice.namespace);
      choices.push({ choice, id, bytes: this.#chosen(choice.record) });
    }
    const own = this.#compiler.compile(record);
    const out = this.#out;
    out.reset();
    out.bytes(own);
    const distinct: { at: number; bytes: Uint8Array }[] = [{ at: theRecordItself, bytes: own.slice() }];
    const placed = choices.map(({ choice, id, bytes }) => {
      let same = distinct.find((other) => isEqual(other.bytes, bytes));
      if (!same) {
        distinct.push((same = { at: out.length, bytes }));
        out.bytes(bytes);
      }
      return { id, when: choiceWhen[choice.when], at: same.at };
    });
    const listAt = out.length;
    out.u16(placed.length);
    out.u16(isContinued ? 1 : 0);
    for (const { id, when, at } of placed) {
      out.u32(id);
      out.u32(when);
      out.u32(at);
    }
    out.u32(listAt);
    out.patch8(recordOffset.hasChoices, 1);
    out.patch32(recordOffset.size, out.length);
    return out.view();
  }

  /** What a client may choose; the view is a copy. */
  #chosen(record: NameRecord): Uint8Array {
    const plain = this.#compiler.compile(record);
    if (!record.targets) return plain.slice();
    const out = new ByteWriter(256);
    out.bytes(plain);
    out.length = recordOffset.name + record.name.length;
    writeTargets(out, record.targets, (namespace) => this.#namespaces.idOf(namespace));
    out.pad(4);
    out.patch32(recordOffset.size, out.length);
    return out.view();
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
