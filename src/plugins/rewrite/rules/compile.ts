import { metadataOf } from '../../../wire/metadata.ts';
import { encodeName } from '../../../wire/name.ts';
import { LinearRegExp } from '../../../runtime/linear-regexp.ts';
import type { CnameRule, NamePattern, NameRule, OptionRule, RewriteRule } from '../config.ts';
import type { ReplyRule } from '../reply/reply-rule.ts';
import { nameChange, nameTest, regexChange, remapChange, suffixChange, type NameChange } from './name-matcher.ts';
import { optionData } from './option-value.ts';
import type { Subject } from './subject.ts';

export interface CompiledRule {
  readonly continues: boolean;
  /** Does what the rule says; false where it is not for this query. */
  apply(subject: Subject): boolean;
}

export function compileRule(rule: RewriteRule): CompiledRule {
  return { continues: rule.continues, apply: applierOf(rule) };
}

function applierOf(rule: RewriteRule): (subject: Subject) => boolean {
  switch (rule.field) {
    case 'name':
      return nameApplier(rule);
    case 'type':
      return (subject) => {
        if (subject.type !== rule.from) return false;
        subject.type = rule.to;
        return true;
      };
    case 'class':
      return (subject) => {
        if (subject.class !== rule.from) return false;
        subject.class = rule.to;
        return true;
      };
    case 'ttl':
      return replyApplier(rule.of, { kind: 'ttl', min: rule.min, max: rule.max });
    case 'rcode':
      return replyApplier(rule.of, { kind: 'rcode', from: rule.from, to: rule.to });
    case 'cname':
      return cnameApplier(rule);
    case 'edns0':
      return optionApplier(rule);
  }
}

function nameApplier(rule: NameRule): (subject: Subject) => boolean {
  const change = changeOf(rule);
  const fixed: readonly ReplyRule[] = rule.answers.map(({ of, from, to }) => ({
    kind: of,
    change: regexChange(from, to),
  }));
  const concerns = rule.from.kind === 'exact' ? exactTest(rule.from.text) : undefined;
  const isSuffix = rule.from.kind === 'suffix';
  const leadsBack = rule.isAuto && rule.answers.every(({ of }) => of === 'value');
  const back = rule.isAuto && isSuffix ? bothPlaces(suffixChange(rule.to, rule.from.text)) : undefined;
  return (subject) => {
    if (concerns?.(subject) === false) return false;
    const before = subject.name;
    const after = change(before, subject);
    if (after === undefined) return false;
    subject.rename(after);
    if (back !== undefined) subject.addReplyRules(back);
    else if (rule.isAuto) subject.addReplyRules(bothPlaces(remapChange(subject.name, before)));
    subject.addReplyRules(fixed);
    if (!leadsBack) subject.leadsBack = false;
    return true;
  };
}

/** In owner names, and in what records hold. */
function bothPlaces(change: NameChange): readonly ReplyRule[] {
  return [
    { kind: 'name', change },
    { kind: 'value', change },
  ];
}

/** Whether the query is for this name; its text is not needed for it. */
function exactTest(text: string): ((subject: Subject) => boolean) | undefined {
  const wire = encodeName(text);
  if (wire === undefined) return undefined;
  return ({ isRenamed, wireName, query }) => {
    const name = isRenamed ? wireName! : query.lower;
    if ((isRenamed ? name.length : query.nameLength) !== wire.length) return false;
    for (let i = wire.length - 1; i >= 0; i--) if (name[i] !== wire[i]) return false;
    return true;
  };
}

function changeOf({ from, to, takesMetadata }: NameRule): (name: string, subject: Subject) => string | undefined {
  return takesMetadata ? metadataChange(from.text, to) : nameChange(from, to);
}

/** As `regexChange`, with `{plugin/label}` for what is known of the query; no change where that is nothing. */
function metadataChange(pattern: string, to: string): (name: string, subject: Subject) => string | undefined {
  const compiled = new LinearRegExp(pattern);
  const parts = to.split(/\{([^{}]*)\}/);
  return (name, { query }) => {
    const match = compiled.match(name);
    if (match === undefined) return undefined;
    let text = '';
    for (const [i, part] of parts.entries()) {
      const isGroup = /^\d+$/.test(part);
      const filled = i % 2 === 0 ? part : isGroup ? match.groups[Number(part)] : metadataOf(query, part);
      if (filled === undefined || (i % 2 === 1 && !isGroup && filled === '')) return undefined;
      text += filled;
    }
    return text.toLowerCase();
  };
}

function replyApplier(of: NamePattern, replyRule: ReplyRule): (subject: Subject) => boolean {
  const rules = [replyRule];
  const test = of.kind === 'exact' ? exactTest(of.text) : undefined;
  const testText = nameTest(of);
  return (subject) => {
    if (!(test?.(subject) ?? testText(subject.name))) return false;
    subject.addReplyRules(rules);
    return true;
  };
}

/** Names of records are compared in lower case; a regular expression takes any case. */
function cnameApplier({ from, to }: CnameRule): (subject: Subject) => boolean {
  const pattern = from.kind === 'regex' ? { ...from, text: `(?i)${from.text}` } : from;
  const change = nameChange(pattern, to);
  const rules: readonly ReplyRule[] = [{ kind: 'cname', change: (name) => change(name.toLowerCase()) }];
  return (subject) => {
    subject.addReplyRules(rules);
    return true;
  };
}

function optionApplier(rule: OptionRule): (subject: Subject) => boolean {
  const { value } = rule;
  return (subject) => subject.useOptions().apply(rule, value && optionData(value, subject));
}
