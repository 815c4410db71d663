import { integer, secondsOrDuration, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import type { ParseContext, StreamTimeouts } from '../plugin.ts';

/** As in CoreDNS. */
const range = { min: 1000, max: 24 * 3_600_000 };
const form = { args: { min: 1, max: 1 }, usage: 'one value' } as const;

type Read = (token: Token, problems: Problems) => StreamTimeouts;

function time(what: string, name: 'readMs' | 'writeMs' | 'idleMs'): Read {
  return (token, problems) => {
    const ms = secondsOrDuration(token, what, range, problems);
    return ms === undefined ? {} : { [name]: ms };
  };
}

const options = {
  read: { ...form, read: time('read', 'readMs') },
  write: { ...form, read: time('write', 'writeMs') },
  idle: { ...form, read: time('idle', 'idleMs') },
  maxtcpqueries: { ...form, read: readMaxQueries },
};

/**
 *     timeouts {
 *         read|write|idle SECONDS|DURATION
 *         maxtcpqueries N|-1
 *     }
 *
 * Of several lines each option counts where it stands last, as in CoreDNS.
 */
export function parseTimeouts(directives: readonly Directive[], { problems }: ParseContext): StreamTimeouts {
  let timeouts: StreamTimeouts = {};
  for (const directive of directives) {
    if (!takes(directive, { max: 0 }, 'no arguments', problems)) continue;
    if ((directive.block ?? []).length === 0) {
      const message = `timeouts says nothing: expected a block with ${Object.keys(options).join(', ')}`;
      problems.error('COREFILE_ARGUMENT', directive.name.position, message);
    }
    readOptionBlock(directive, 'timeouts', options, problems, ({ read }, option) => {
      timeouts = { ...timeouts, ...read(option.args[0]!, problems) };
    });
  }
  return timeouts;
}

function readMaxQueries(token: Token, problems: Problems): StreamTimeouts {
  const value = integer(token, 'maxtcpqueries', {}, problems);
  if (value === undefined) return {};
  if (value === -1) return { maxQueries: Infinity };
  if (value > 0) return { maxQueries: value };
  const message = `maxtcpqueries must be at least 1, or -1 for any number, found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return {};
}
