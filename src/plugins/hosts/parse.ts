import { duration, fallthroughZones, integer, noBlock, unknownOption, zoneNames } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { filePath } from '../file-path.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import { hostNameOf, isAddressWord } from './entries/read.ts';
import type { HostsConfig } from './config.ts';

const defaultFile = '/etc/hosts';
const defaultTtl = 3600;
const maxTtl = 65_535;
const defaultReloadMs = 5000;

/** What the block says. */
interface Options {
  inline: string[];
  ttl: number;
  hasReverse: boolean;
  reloadMs: number;
  fallthrough: string[] | undefined;
  passesOtherTypes: Token | undefined;
}

interface OptionReader extends OptionForm {
  read(line: Directive, options: Options, problems: Problems): void;
}

const readers: Readonly<Record<string, OptionReader>> = Object.freeze({
  ttl: {
    args: { min: 1, max: 1 },
    usage: 'SECONDS',
    read({ args: [seconds] }, options, problems) {
      options.ttl = integer(seconds!, 'ttl', { min: 1, max: maxTtl }, problems) ?? options.ttl;
    },
  },
  no_reverse: {
    args: { min: 0, max: 0 },
    usage: 'nothing',
    read(_, options) {
      options.hasReverse = false;
    },
  },
  reload: {
    args: { min: 1, max: 1 },
    usage: 'DURATION',
    read({ args: [interval] }, options, problems) {
      options.reloadMs = duration(interval!, 'reload', { min: 0 }, problems) ?? options.reloadMs;
    },
  },
  fallthrough: {
    args: { min: 0 },
    usage: '[ZONES...]',
    read({ args }, options, problems) {
      options.fallthrough = fallthroughZones(args, problems);
    },
  },
  fallthrough_unsupported: {
    args: { min: 0, max: 0 },
    usage: 'nothing',
    read({ name }, options) {
      options.passesOtherTypes = name;
    },
  },
});

/**
 *     hosts [FILE [ZONES...]] {
 *         ADDRESS NAME...
 *         ttl SECONDS
 *         no_reverse
 *         reload DURATION
 *         fallthrough [ZONES...]
 *         fallthrough_unsupported
 *     }
 */
export function parseHosts(directives: readonly Directive[], context: ParseContext): HostsConfig {
  const { problems } = context;
  const directive = singleDirective(directives, problems);
  const [file, ...zoneTokens] = directive?.args ?? [];
  const zones = zoneTokens.flatMap((zone) => zoneNames(zone, problems) ?? []);
  const path = filePath(file?.text ?? defaultFile, context);
  if (path === '') problems.error('COREFILE_ARGUMENT', file!.position, "expected the path of a hosts file, found ''");
  const { passesOtherTypes, ...options } = readBlock(directive, problems);
  if (passesOtherTypes && options.fallthrough === undefined) {
    const message = "fallthrough_unsupported needs 'fallthrough' beside it: it says what else falls through";
    problems.error('COREFILE_CONFLICT', passesOtherTypes.position, message);
  }
  const served = zoneTokens.length > 0 ? zones : context.zones;
  return {
    file: path,
    isNamed: file !== undefined,
    zones: [...new Set(served)],
    ...options,
    passesOtherTypes: passesOtherTypes !== undefined,
  };
}

function readBlock(directive: Directive | undefined, problems: Problems): Options {
  const options: Options = {
    inline: [],
    ttl: defaultTtl,
    hasReverse: true,
    reloadMs: defaultReloadMs,
    fallthrough: undefined,
    passesOtherTypes: undefined,
  };
  if (!directive) return options;
  const isOption = ({ name }: Directive): boolean => Object.hasOwn(readers, name.text);
  const lines = directive.block ?? [];
  for (const line of lines) if (!isOption(line)) readInline(line, options.inline, problems);
  const block = { ...directive, block: lines.filter(isOption) };
  readOptionBlock(block, 'hosts', readers, problems, (reader, line) => reader.read(line, options, problems));
  return options;
}

/** A variable may hold a whole line: words are split anew, as in CoreDNS. */
function readInline(line: Directive, inline: string[], problems: Problems): void {
  const tokens = [line.name, ...line.args];
  const words = tokens.flatMap(({ text, position }) =>
    text.split(/\s+/).flatMap((word) => (word === '' ? [] : { word, position })),
  );
  const [address, ...names] = words;
  if (!address || !isAddressWord(address.word)) {
    unknownOption(line, [...Object.keys(readers), 'ADDRESS NAME...'], 'hosts', problems);
    return;
  }
  if (!noBlock(line, problems)) return;
  for (const { word, position } of names) {
    const name = hostNameOf(Buffer.from(word).toString('latin1'));
    if (typeof name !== 'string') problems.error('COREFILE_ARGUMENT', position, `${quote(word)} ${name.reason}`);
  }
  inline.push(tokens.map(({ text }) => text).join(' '));
}
