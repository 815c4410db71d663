import { cidr, duration, integer, noBlock, oneOf, takes, unknownOption } from '../../../corefile/arguments.ts';
import type { Directive, Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import { defaultCheckConfig, type CheckConfig } from '../../../registry/check/check-config.ts';

/** What the block of `check` has said so far. */
interface CheckDraft {
  config: { -readonly [Key in keyof CheckConfig]: CheckConfig[Key] };
  checked: 'external' | 'all';
}

type Option = (line: Directive, draft: CheckDraft, problems: Problems) => void;

const maxIntervalMs = 3_600_000;
const minIntervalMs = 100;
const maxInARow = 1000;
const maxConnections = 4096;

const options: Readonly<Record<string, Option>> = {
  interval(line, { config }, problems) {
    config.intervalMs = time(line, minIntervalMs, problems) ?? config.intervalMs;
  },
  timeout(line, { config }, problems) {
    config.timeoutMs = time(line, 1, problems) ?? config.timeoutMs;
  },
  rise(line, { config }, problems) {
    config.rise = count(line, maxInARow, problems) ?? config.rise;
  },
  fall(line, { config }, problems) {
    config.fall = count(line, maxInARow, problems) ?? config.fall;
  },
  jitter(line, { config }, problems) {
    const token = only(line, 'PERCENT%', problems);
    if (!token) return;
    const percent = /^\d{1,3}%$/.test(token.text) ? Number(token.text.slice(0, -1)) : Infinity;
    if (percent <= 100) config.jitter = percent / 100;
    else {
      const message = `jitter must be 0% to 100%, found ${quote(token.text)}`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
    }
  },
  max_concurrent(line, { config }, problems) {
    config.maxConcurrent = count(line, maxConnections, problems) ?? config.maxConcurrent;
  },
  allow(line, { config }, problems) {
    if (!takes(line, { min: 1 }, 'CIDR...', problems)) return;
    config.allowed = [...config.allowed, ...line.args.flatMap((token) => cidr(token, 'allow', problems) ?? [])];
  },
  location(line, draft, problems) {
    const token = only(line, 'external | all', problems);
    if (token) draft.checked = oneOf(token, 'location', ['external', 'all'], problems) ?? draft.checked;
  },
};

/** `check { ... }`: what is checked, and how. */
export function parseCheck(line: Directive, problems: Problems): CheckDraft {
  const draft: CheckDraft = { config: { ...defaultCheckConfig }, checked: 'external' };
  takes(line, { max: 0 }, '', problems);
  const seen = new Map<string, Token>();
  for (const inner of line.block ?? []) {
    const name = inner.name.text;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) {
      unknownOption(inner, Object.keys(options), 'check', problems);
      continue;
    }
    const first = seen.get(name);
    if (first && name !== 'allow') {
      const message = `'${name}' stands here again, but may stand only once in the block; the first is on line ${first.position.line}`;
      problems.error('COREFILE_REPEATED', inner.name.position, message);
    }
    if (!first) seen.set(name, inner.name);
    if (noBlock(inner, problems)) option(inner, draft, problems);
  }
  return draft;
}

function only(line: Directive, usage: string, problems: Problems): Token | undefined {
  return takes(line, { min: 1, max: 1 }, usage, problems) ? line.args[0] : undefined;
}

function time(line: Directive, min: number, problems: Problems): number | undefined {
  const token = only(line, 'DURATION', problems);
  return token && duration(token, line.name.text, { min, max: maxIntervalMs }, problems);
}

function count(line: Directive, max: number, problems: Problems): number | undefined {
  const token = only(line, 'N', problems);
  return token && integer(token, line.name.text, { min: 1, max }, problems);
}
