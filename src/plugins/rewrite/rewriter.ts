import { rcode, rrType } from '../../wire/codes.ts';
import type { DerivedOptions, DerivedQuery } from '../../wire/derived-query.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply, serverFailure } from '../../wire/reply.ts';
import { DerivedQueries } from '../derived-queries.ts';
import { mapOutcome } from '../outcome.ts';
import type { Handler, Outcome } from '../plugin.ts';
import { changedAlias, leadElsewhere, type ChangedAlias } from './reply/alias.ts';
import { isPatch, patchReply } from './reply/patch.ts';
import { type Plan, readParts, type ReplyParts, restoreReply, writeParts } from './reply/restore.ts';
import type { CompiledRule } from './rules/compile.ts';
import type { OptionList } from './rules/option-list.ts';
import { Subject } from './rules/subject.ts';

/** So often the target of an alias that was led elsewhere is asked for, one leading to the next; as in CoreDNS. */
const maxDerivations = 9;

type NextFor = (qclass: number) => Handler | undefined;

/**
 * Has the rules say what becomes of a query, and of its reply.
 *
 *     nothing ─────────────────────────────► next
 *     TTLs and code of the reply ──────────► next ─► patch
 *     another question, or other options ──► a derived query ─► next ─► patch ─► restore
 *     an alias that is led elsewhere ──────► as that, and then its target is asked for as by a client
 */
export class Rewriter {
  readonly #rules: readonly CompiledRule[];
  readonly #next: Handler;
  readonly #subject = new Subject();
  readonly #queries: DerivedQueries;
  /** Those of another class than the client's. */
  readonly #others: DerivedQueries;
  readonly #targets: DerivedQueries;

  constructor(rules: readonly CompiledRule[], next: Handler, nextFor: NextFor) {
    this.#rules = rules;
    this.#next = next;
    this.#queries = new DerivedQueries(next);
    this.#others = new DerivedQueries((query) => nextFor(query.class)?.(query) ?? emptyReply(query, rcode.REFUSED));
    this.#targets = new DerivedQueries((query) => query.resolve?.(query) ?? this.answer(query));
  }

  answer(query: Query): Outcome {
    const subject = this.#subject;
    subject.begin(query);
    let isDone = false;
    for (const rule of this.#rules) {
      if (!rule.apply(subject)) continue;
      isDone = true;
      if (subject.wireName === undefined) {
        return serverFailure(query, `rewrite: invalid name after rewrite: ${subject.name}`);
      }
      if (!rule.continues) break;
    }
    if (!isDone && subject.options?.isNamed !== true) return this.#next(query);
    return this.#ask(query, subject);
  }

  #ask(query: Query, subject: Subject): Outcome {
    const { isOther, isRenamed, type, options, leadsBack, replyRules: rules } = subject;
    if (!isOther && options === undefined && rules.every(isPatch)) {
      return mapOutcome(this.#next(query), (length) => {
        if (length > 0) patchReply(query, length, rules);
        return length;
      });
    }
    const name = isRenamed ? subject.wireName! : query.bytes.slice(query.nameStart, query.questionEnd - 4);
    const plan: Plan = { name, type, rules, leadsBack, options };
    const queries = subject.class === query.class ? this.#queries : this.#others;
    const question = { name, type, class: subject.class, options: derivedOptions(query, options) };
    return queries.ask(query, question, (derived, length) => this.#finish(query, derived, length, plan));
  }

  /** Makes the client's reply of that to the derived query. */
  #finish(query: Query, derived: DerivedQuery, length: number, plan: Plan): Outcome {
    if (length === 0) return 0;
    patchReply(derived, length, plan.rules);
    if (query.derivations < maxDerivations && plan.rules.some(({ kind }) => kind === 'cname')) {
      const parts = readParts(derived, length);
      const alias = parts && changedAlias(parts.records.answers, plan);
      if (alias) return this.#follow(query, parts, alias, plan);
    }
    return restoreReply(query, derived, length, plan);
  }

  /** Has the alias lead elsewhere: what follows it is this server's answer for the new target. */
  #follow(query: Query, parts: ReplyParts, alias: ChangedAlias, plan: Plan): Outcome {
    const answers = leadElsewhere(query, parts.records, alias, plan);
    // Who asks for the alias itself is not led on (RFC 1034 section 3.6.2).
    if (plan.type === rrType.CNAME) return writeParts(query, parts, { ...parts.records, answers }, plan);
    const question = { name: alias.target, type: plan.type, class: query.class };
    return this.#targets.ask(query, question, (derived, length) => {
      if (length === 0) return 0;
      const found = readParts(derived, length);
      if (found === undefined)
        return serverFailure(query, 'rewrite: the reply for the target of an alias cannot be read');
      const { isAuthoritative, isAuthentic } = parts.head;
      const head = { ...found.head, isAuthoritative, isAuthentic: isAuthentic && found.head.isAuthentic };
      const records = { ...found.records, answers: [...answers, ...found.records.answers] };
      return writeParts(query, { ...found, head }, records, plan);
    });
  }
}

/** A query without EDNS has none where the rules leave no option. */
function derivedOptions(query: Query, options: OptionList | undefined): DerivedOptions | undefined {
  if (options === undefined) return undefined;
  const { derived } = options;
  return derived.all.length === 0 && !query.edns ? undefined : derived;
}
