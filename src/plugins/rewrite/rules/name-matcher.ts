import { LinearRegExp } from '../../../runtime/linear-regexp.ts';
import type { NamePattern } from '../config.ts';

/** What a name becomes, `undefined` where the pattern does not match it. Names are in presentation form. */
export type NameChange = (name: string) => string | undefined;

/** Whether the pattern matches a name. */
export function nameTest({ kind, text }: NamePattern): (name: string) => boolean {
  switch (kind) {
    case 'exact':
      return (name) => name === text;
    case 'prefix':
      return (name) => name.startsWith(text);
    case 'suffix':
      return (name) => name.endsWith(text);
    case 'substring':
      return (name) => name.includes(text);
    case 'regex': {
      const pattern = new LinearRegExp(text);
      return (name) => pattern.test(name);
    }
  }
}

/** Puts `to` in the place of what the pattern matches: of a regular expression that is the whole name. */
export function nameChange({ kind, text }: NamePattern, to: string): NameChange {
  switch (kind) {
    case 'exact':
      return (name) => (name === text ? to : undefined);
    case 'prefix':
      return (name) => (name.startsWith(text) ? to + name.slice(text.length) : undefined);
    case 'suffix':
      return (name) => (name.endsWith(text) ? name.slice(0, name.length - text.length) + to : undefined);
    case 'substring':
      return (name) => (name.includes(text) ? name.replaceAll(text, () => to) : undefined);
    case 'regex':
      return regexChange(text, to);
  }
}

/** `to` with `{0}`, `{1}` … of the match takes the name's place. */
export function regexChange(pattern: string, to: string): NameChange {
  const compiled = new LinearRegExp(pattern);
  const fill = groupFiller(to);
  return (name) => {
    const match = compiled.match(name);
    return match && fill(match.groups);
  };
}

function groupFiller(text: string): (groups: readonly string[]) => string {
  const parts = text.split(/\{(\d{1,3})\}/);
  if (parts.length === 1) return () => text;
  return (groups) => parts.map((part, i) => (i % 2 === 0 ? part : groups[Number(part)]!)).join('');
}

/** The name itself, and what is below it, becomes another name, and what is below that. In any case. */
export function remapChange(from: string, to: string): NameChange {
  const below = `.${from}`;
  return (name) => {
    const lower = name.toLowerCase();
    if (lower === from) return to;
    return lower.endsWith(below) ? name.slice(0, name.length - from.length) + to : undefined;
  };
}

/** As `nameChange` of a suffix, in any case. */
export function suffixChange(from: string, to: string): NameChange {
  return (name) => (name.toLowerCase().endsWith(from) ? name.slice(0, name.length - from.length) + to : undefined);
}
