import type { Token } from '../../../corefile/ast.ts';
import { quote } from '../../../corefile/quote.ts';
import { regularExpression } from '../../../corefile/regular-expression.ts';
import { isMetadataLabel } from '../../../wire/metadata.ts';
import type { AnswerRule, MatchKind, NameRule } from '../config.ts';
import { absolute, hasGroups, isPlain, readKind, readPattern, readReplacement, readText } from './pattern.ts';
import type { Words } from './words.ts';

const usage =
  'name [exact|prefix|suffix|substring|regex] FROM TO [metadata] [answer auto|name FROM TO|value FROM TO]...';

/** `name [KIND] FROM TO [metadata] [answer …]`; options need the kind of match. */
export function readNameRule(words: Words): NameRule | undefined {
  if (!words.has({ min: 2 }, usage)) return undefined;
  const kind = readKind(words, 2);
  if (kind === undefined || !words.has({ min: 2 }, usage)) return undefined;
  const from = readPattern(words, kind);
  if (from === undefined) return undefined;
  const takesMetadata = words.peek(1) === 'metadata';
  const to = takesMetadata ? readTemplate(words, from.text) : readTarget(words, kind, from.text);
  if (to === undefined) return undefined;
  if (takesMetadata) {
    const token = words.take();
    if (kind !== 'regex') {
      words.fail(token, `'metadata' is for the kind of match 'regex', and this one is '${kind}'`);
      return undefined;
    }
  }
  const answers = readAnswers(words);
  return answers && { field: 'name', from, to, takesMetadata, ...answers, isAuto: answers.isAuto || kind === 'exact' };
}

function readTarget(words: Words, kind: MatchKind, from: string): string | undefined {
  return kind === 'regex' ? readReplacement(words, from) : readText(words, words.take(), kind);
}

/** What takes the name's place where it has metadata: all in braces is a group, or a label. */
function readTemplate(words: Words, pattern: string): string | undefined {
  const token = words.take();
  if (!isPlain(words, token) || !hasGroups(words, token, pattern)) return undefined;
  const rest = token.text.replaceAll(/\{([^{}]*)\}/g, (placeholder, label: string) =>
    /^\d+$/.test(label) || isMetadataLabel(label) ? '' : placeholder,
  );
  if (/[{}]/.test(rest)) {
    const message = `expected '{1}' or '{plugin/label}' in braces, found ${quote(token.text)}`;
    words.fail(token, message);
    return undefined;
  }
  // Labels are in the case in which they are written.
  return absolute(token.text);
}

/** `answer auto|name FROM TO|value FROM TO`, any number; behind the first one `answer` may be left out. */
function readAnswers(words: Words): Pick<NameRule, 'isAuto' | 'answers'> | undefined {
  const answers: AnswerRule[] = [];
  let auto: Token | undefined;
  for (let isFirst = true; words.left > 0; isFirst = false) {
    if (words.peek() === 'answer') words.take();
    else if (isFirst) {
      const token = words.take();
      words.fail(token, `unexpected argument ${quote(token.text)}, expected 'answer' or the end of the rule`);
      return undefined;
    }
    if (!words.has({ min: 1 }, usage)) return undefined;
    const kind = words.oneOf('what is rewritten in the answer', ['auto', 'name', 'value']);
    if (kind === undefined) return undefined;
    // `answer name auto`, as CoreDNS's document has it.
    const isAuto = kind === 'auto' || (kind === 'name' && words.peek() === 'auto' && startsAnswer(words.peek(1)));
    if (isAuto) {
      auto = kind === 'auto' ? (auto ?? words.last) : words.take();
      continue;
    }
    if (!words.has({ min: 2 }, usage)) return undefined;
    const from = regularExpression(words.take(), words.problems);
    const to = from === undefined ? undefined : readReplacement(words, from);
    if (from === undefined || to === undefined) return undefined;
    answers.push({ of: kind, from, to });
  }
  if (auto && answers.some((answer) => answer.of === 'name')) {
    const message = `'answer auto' and 'answer name' contradict each other; expected one of them`;
    words.problems.error('COREFILE_CONFLICT', auto.position, message);
    return undefined;
  }
  return { isAuto: auto !== undefined, answers };
}

function startsAnswer(word: string): boolean {
  return ['', 'answer', 'auto', 'name', 'value'].includes(word);
}
