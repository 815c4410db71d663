import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { chart, type Values } from './chart.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

export interface DescribedValue {
  readonly name: string;
  readonly text: string;
}

function schema(): Schema {
  return JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8')) as Schema;
}

/** Names of the values as the schema has them, such as `image.tag`, in its order. */
export function schemaNames(of: Schema = schema()): string[] {
  return Object.entries(of.properties ?? {}).flatMap(([name, each]) =>
    each.properties ? schemaNames(each).map((inner) => `${name}.${inner}`) : name,
  );
}

/** The defaults by their names, in the order of values.yaml. What the schema takes as a whole is one value. */
export function defaultValues(
  values: Values = load(readFileSync(`${chart}/values.yaml`, 'utf8')) as Values,
  of: Schema = schema(),
): Map<string, unknown> {
  const entries = Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const inner = of.properties?.[name];
    if (!inner?.properties) return [[name, value]];
    return [...defaultValues(value as Values, inner)].map(([rest, each]) => [`${name}.${rest}`, each]);
  });
  return new Map(entries);
}

export function valueNames(): string[] {
  return [...defaultValues().keys()];
}

/** The comments above the values, in their order. */
export function describedValues(): DescribedValue[] {
  const names = new Set(valueNames());
  const described: DescribedValue[] = [];
  let group = '';
  let comment: string[] = [];
  for (const line of readFileSync(`${chart}/values.yaml`, 'utf8').split('\n')) {
    const [, text] = /^ *# (.*)$/.exec(line) ?? [];
    const [, indent, key] = /^( *)(\w+):/.exec(line) ?? [];
    if (text !== undefined) {
      comment.push(text);
      continue;
    }
    if (indent === '') group = key!;
    const name = indent === '' ? key! : `${group}.${key ?? ''}`;
    if (names.has(name)) described.push({ name, text: comment.join(' ') });
    comment = [];
  }
  return described;
}
