import type { DnsMessage } from '../../test/support/dns-message.ts';
import type { Question } from './questions.ts';

const sampleSize = 20;

/** Some questions of each kind that a list of them has: those at its beginning. */
export function sample(all: Iterable<Question>): Question[] {
  const found: Question[] = [];
  for (const question of all) {
    found.push(question);
    if (found.length === sampleSize) break;
  }
  return found;
}

/** What is wrong with a reply; `undefined` where it is the expected one. Only the answer counts, not what is added. */
export function problemOf(question: Question, reply: DnsMessage): string | undefined {
  const { rcode, answer } = question.expected;
  const wanted = [rcode, ...answer].join(' ');
  const records = reply.answer.map((line, i) => (isOfAnyTtl(answer[i]) ? line.replace(/ \d+ IN /, ' * IN ') : line));
  const got = [reply.rcode, ...records].join(' ');
  if (got === wanted) return undefined;
  return `${question.name} ${question.type} is '${got}' and must be '${wanted}'`;
}

function isOfAnyTtl(line: string | undefined): boolean {
  return line?.includes(' * IN ') ?? false;
}
