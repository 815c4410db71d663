import { fallthroughZones, integer, takes, zoneNames } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { regularExpression } from '../../corefile/regular-expression.ts';
import { didYouMean } from '../../corefile/suggest.ts';
import { type Type, typeName, unknown } from '../../expression/values/type.ts';
import { GoTemplate } from '../../go-template/template.ts';
import { classCode, rcode, rcodeOf, rcodeTexts, rrClass, rrType } from '../../wire/codes.ts';
import { typeCode, typeName as recordTypeName, typeNames } from '../../wire/record-types.ts';
import { parseZoneRecord } from '../../wire/zone-record.ts';
import { expressionIn } from '../expression-argument.ts';
import type { ParseContext } from '../plugin.ts';
import type { Section, TemplateConfig, TemplateRule, Variable } from './config.ts';
import { isVariableName, ruleEnvironment } from './rule/expressions.ts';
import { templateFunctions } from './rule/functions.ts';

/** What the block says. */
interface Options {
  patterns: string[];
  variables: Variable[];
  /** Of the variables so far. */
  types: Map<string, Type>;
  conditions: string[];
  records: Record<Section, string[]>;
  code: { readonly value: number; readonly token: Token } | undefined;
  extendedError: TemplateRule['extendedError'];
  fallthrough: readonly string[];
}

interface OptionReader extends OptionForm {
  read(line: Directive, options: Options, problems: Problems): void;
}

const records = (section: Section): OptionReader => ({
  args: { min: 1 },
  usage: 'records, each in quotes',
  repeatable: true,
  read({ args }, options, problems) {
    options.records[section].push(...args.filter((token) => isTemplate(token, problems)).map(({ text }) => text));
  },
});

const readers: Readonly<Record<string, OptionReader>> = Object.freeze({
  match: {
    args: { min: 1 },
    usage: 'regular expressions',
    repeatable: true,
    read({ args }, options, problems) {
      options.patterns.push(...args.flatMap((token) => regularExpression(token, problems) ?? []));
    },
  },
  var: {
    args: { min: 2 },
    usage: 'a name and an expression',
    repeatable: true,
    read({ args: [name, ...words] }, options, problems) {
      const environment = ruleEnvironment(options.types);
      if (!isVariableName(name!.text, environment)) {
        const message = `the name of a variable must be letters, digits and '_', and without a meaning of its own in expressions, found ${quote(name!.text)}`;
        problems.error('COREFILE_ARGUMENT', name!.position, message);
        return;
      }
      const expression = expressionIn(environment, words, problems);
      // What follows may use the name, whatever is wrong with its value.
      options.types.set(name!.text, expression?.type ?? unknown);
      if (expression) options.variables.push({ name: name!.text, expression: expression.text });
    },
  },
  expr: {
    args: { min: 1 },
    usage: 'an expression',
    repeatable: true,
    read({ name, args }, options, problems) {
      const expression = expressionIn(ruleEnvironment(options.types), args, problems);
      if (expression === undefined) return;
      options.conditions.push(expression.text);
      const { type } = expression;
      if (type.kind === 'bool' || type.kind === 'unknown') return;
      const message = `the expression is never true, as its value is ${typeName(type)}: the template answers no queries`;
      problems.warning('COREFILE_ARGUMENT', name.position, message);
    },
  },
  answer: records('answer'),
  additional: records('additional'),
  authority: records('authority'),
  rcode: {
    args: { min: 1, max: 1 },
    usage: 'one response code',
    read({ args: [token] }, options, problems) {
      const value = responseCode(token!, problems);
      if (value !== undefined) options.code = { value, token: token! };
    },
  },
  ederror: {
    args: { min: 1, max: 2 },
    usage: 'a number and at most a text',
    read({ args: [number, text] }, options, problems) {
      const code = integer(number!, 'the code of ederror', { min: 0, max: 0xffff }, problems);
      if (code !== undefined) options.extendedError = { code, text: text?.text ?? '' };
    },
  },
  fallthrough: {
    args: { min: 0 },
    usage: '[ZONES...]',
    read({ args }, options, problems) {
      options.fallthrough = fallthroughZones(args, problems);
    },
  },
  // CoreDNS takes the word and does nothing with it.
  upstream: { args: { min: 0 }, usage: 'anything', repeatable: true, read: () => undefined },
});

/**
 *     template CLASS TYPE [ZONES...] {
 *         match REGEX...
 *         var NAME EXPRESSION
 *         expr EXPRESSION
 *         answer|additional|authority RECORD...
 *         rcode CODE
 *         ederror CODE [TEXT]
 *         fallthrough [ZONES...]
 *     }
 */
export function parseTemplates(directives: readonly Directive[], context: ParseContext): TemplateConfig {
  return { rules: directives.flatMap((directive) => parseRule(directive, context) ?? []) };
}

function parseRule(directive: Directive, { zones, problems }: ParseContext): TemplateRule | undefined {
  const options: Options = {
    patterns: [],
    variables: [],
    types: new Map(),
    conditions: [],
    records: { answer: [], additional: [], authority: [] },
    code: undefined,
    extendedError: undefined,
    fallthrough: [],
  };
  readOptionBlock(directive, 'template', readers, problems, (reader, line) => reader.read(line, options, problems));
  if (!takes(directive, { min: 2 }, 'a class, a type and zones', problems)) return undefined;
  const [classToken, typeToken, ...zoneTokens] = directive.args as [Token, Token, ...Token[]];
  const ruleClass = classCode(classToken.text);
  if (ruleClass === undefined) {
    const message = `the class of template must be 'IN', 'CH', 'HS' or 'ANY', found ${quote(classToken.text)}`;
    problems.error('COREFILE_ARGUMENT', classToken.position, message);
  }
  const type = typeCode(typeToken.text);
  if (type === undefined) {
    const message = `the type of template must be a type of records such as 'A', or 'ANY', found ${quote(typeToken.text)}`;
    problems.error('COREFILE_ARGUMENT', typeToken.position, message + didYouMean(typeToken.text, typeNames));
  }
  const named = zoneTokens.flatMap((token) => zoneNames(token, problems) ?? []);
  if (ruleClass === undefined || type === undefined) return undefined;
  warnOfDenial(type, options, problems);
  return {
    zones: zoneTokens.length === 0 ? zones : [...new Set(named)],
    class: ruleClass,
    type,
    patterns: options.patterns,
    variables: options.variables,
    conditions: options.conditions,
    records: options.records,
    code: options.code?.value ?? rcode.NOERROR,
    extendedError: options.extendedError,
    fallthrough: options.fallthrough,
  };
}

/** NXDOMAIN is for the name, whatever its type (RFC 8020): resolvers and clients then do without its other records. */
function warnOfDenial(type: number, { code }: Options, problems: Problems): void {
  if (code?.value !== rcode.NXDOMAIN || type === rrType.ANY) return;
  const name = recordTypeName(type);
  const message = `NXDOMAIN says that a name has no records at all, so clients that hear it for ${name} may do without the other types as well; 'rcode NOERROR' says that there is no ${name}`;
  problems.warning('COREFILE_ARGUMENT', code.token.position, message);
}

function responseCode(token: Token, problems: Problems): number | undefined {
  const value = rcodeOf(token.text);
  if (value !== undefined && value <= 15) return value;
  const known = rcodeTexts.filter((text) => rcodeOf(text)! <= 15);
  const message =
    value === undefined
      ? `rcode must be a response code such as 'NXDOMAIN', found ${quote(token.text)}${didYouMean(token.text, known)}`
      : `rcode must be a response code that needs no EDNS, found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return undefined;
}

/** Whether the text is a template; what is the same for each query must be a record. */
function isTemplate({ text, position }: Token, problems: Problems): boolean {
  const template = GoTemplate.parse(text, templateFunctions);
  if (typeof template === 'string') {
    problems.error('COREFILE_ARGUMENT', position, `expected a template of Go, found ${quote(text)}: ${template}`);
    return false;
  }
  const { constant } = template;
  const record = constant === undefined ? undefined : parseZoneRecord(constant);
  if (constant === undefined || (record !== undefined && typeof record !== 'string')) return true;
  const reason = record ?? 'the text is empty';
  const message = `expected a record such as 'example.org. 60 IN A 192.0.2.1', found ${quote(text)}: ${reason}`;
  problems.error('COREFILE_ARGUMENT', position, message);
  return false;
}

/** The classes whose queries come to the plugin: IN, and those that rules name; `ANY` is CH as well. */
export function classesOf({ rules }: TemplateConfig): readonly number[] {
  const named = rules.map((rule) => (rule.class === rrClass.ANY ? rrClass.CH : rule.class));
  return [...new Set([rrClass.IN, ...named])];
}
