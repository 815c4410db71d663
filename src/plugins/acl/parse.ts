import { cidr, noBlock, oneOf, zoneNames } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { didYouMean } from '../../corefile/suggest.ts';
import type { Cidr } from '../../wire/network.ts';
import { typeCode, typeNames } from '../../wire/record-types.ts';
import type { ParseContext } from '../plugin.ts';
import { aclActions, type AclConfig, type AclPolicy, type AclRule } from './config.ts';

const sections = ['type', 'net'] as const;
type Section = (typeof sections)[number];

/**
 *     acl [ZONES...] {
 *         allow|block|filter|drop [type QTYPE...] [net SOURCE...]
 *     }
 *
 * Actions, `type` and `net` may be written in any case, as in CoreDNS, and each of the two may stand several times.
 */
export function parseAcl(directives: readonly Directive[], context: ParseContext): AclConfig {
  return { rules: directives.map((directive) => parseRule(directive, context)) };
}

function parseRule({ name, args, block = [] }: Directive, { zones, problems }: ParseContext): AclRule {
  if (block.length === 0) {
    const message =
      "this acl has no action and allows all: expected a block with lines such as 'block net 192.0.2.0/24'";
    problems.warning('COREFILE_ARGUMENT', name.position, message);
  }
  const named = args.flatMap((token) => zoneNames(token, problems) ?? []);
  return {
    zones: args.length === 0 ? zones : named,
    policies: block.flatMap((option) => parsePolicy(option, problems) ?? []),
  };
}

function parsePolicy(option: Directive, problems: Problems): AclPolicy | undefined {
  const { name, args } = option;
  const action = oneOf({ ...name, text: name.text.toLowerCase() }, 'the action of acl', aclActions, problems);
  if (action === undefined || !noBlock(option, problems)) return undefined;
  const words: Record<Section, Token[]> = { type: [], net: [] };
  let section: Section | undefined;
  for (const [i, token] of args.entries()) {
    const word = sectionOf(token);
    if (word !== undefined) {
      section = word;
      const following = args[i + 1];
      if (following === undefined || sectionOf(following) !== undefined) {
        noneBehind(token, word, following, problems);
        return undefined;
      }
    } else if (section === undefined) {
      const message = `${action} takes 'type QTYPE...' and 'net SOURCE...', found ${quote(token.text)}`;
      problems.error('COREFILE_ARGUMENT', token.position, `${message}${didYouMean(token.text, sections)}`);
      return undefined;
    } else {
      words[section].push(token);
    }
  }
  return {
    action,
    types: allOr(words.type, (token) => queryType(token, problems)),
    networks: allOr(words.net, (token): Cidr | undefined => cidr(token, 'the source of acl', problems)),
  };
}

function sectionOf({ text }: Token): Section | undefined {
  return sections.find((section) => section === text.toLowerCase());
}

function noneBehind({ position }: Token, section: Section, found: Token | undefined, problems: Problems): void {
  const expected = section === 'type' ? 'types of records' : 'networks or addresses';
  const what = found === undefined ? 'the line ends' : `found ${quote(found.text)}`;
  const message = `${quote(section)} needs ${expected} or '*' behind it, but ${what}`;
  problems.error('COREFILE_ARGUMENT', found?.position ?? position, message);
}

/** `undefined` for all: where there are no words, or `*` is one of them. */
function allOr<Item>(words: readonly Token[], read: (token: Token) => Item | undefined): readonly Item[] | undefined {
  const items = words.flatMap((token) => (token.text === '*' ? [] : (read(token) ?? [])));
  return words.length === 0 || words.some(({ text }) => text === '*') ? undefined : items;
}

function queryType(token: Token, problems: Problems): number | undefined {
  const type = typeCode(token.text);
  if (type !== undefined) return type;
  const near = didYouMean(token.text, typeNames);
  const message = `the type of acl must be a type of records such as 'A' or 'TYPE65', or '*', found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, `${message}${near}`);
  return undefined;
}
