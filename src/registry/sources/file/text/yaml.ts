import { CORE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml';
import { describeRepeatedKey } from './repeated-key.ts';

const schema = CORE_SCHEMA.withTags(mergeTag);
export const maxDepth = 100;
/** What a document may always expand to. */
const minExpandedSize = 1024 * 1024;

export type YamlResult =
  | { readonly type: 'value'; readonly value: unknown }
  /** `line` counts from 0 at the start of the text, `column` from 0; `undefined` where the parser does not know. */
  | {
      readonly type: 'error';
      readonly reason: 'parse' | 'size';
      readonly line: number | undefined;
      readonly column: number;
      readonly message: string;
    };

/**
 * Parses one YAML document (1.2 core schema, with `<<`) into what JSON can hold. Aliases may make it larger than its
 * text, but only up to a bound: without them no document has more nodes and characters than its text has characters,
 * so a "billion laughs" is found after as many steps as an honest document of that length takes. Strings may be windows
 * into the text, and keep it in memory. Never throws.
 */
export function parseYaml(text: string): YamlResult {
  let value: unknown;
  try {
    value = load(text, { schema, maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException)) return failure('parse', String(error));
    const reason = error.reason.includes('maxDepth') || error.reason.includes('maxTotalMergeKeys') ? 'size' : 'parse';
    const { mark } = error;
    const isRepeated = mark && error.reason === 'duplicated mapping key';
    const message = isRepeated ? describeRepeatedKey(text, mark.position) : error.reason;
    return { type: 'error', reason, line: mark?.line, column: mark?.column ?? 0, message };
  }
  const limit = Math.max(minExpandedSize, 2 * text.length);
  if (!fits(value, limit)) return failure('size', `expands through its aliases to more than ${limit} characters`);
  return { type: 'value', value: isOddNumber(value) ? null : value };
}

function failure(reason: 'parse' | 'size', message: string): YamlResult {
  return { type: 'error', reason, line: undefined, column: 0, message };
}

/** JSON has no such numbers. */
function isOddNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

/** Puts `null` in place of numbers that JSON has not. Walks as a tree, so an alias counts each time; ends at the limit, so also where an alias holds itself. */
function fits(value: unknown, limit: number): boolean {
  const waiting: unknown[] = [value];
  let size = 0;
  while (waiting.length > 0) {
    const node = waiting.pop();
    size++;
    if (typeof node === 'string') size += node.length;
    else if (Array.isArray(node))
      for (let index = 0; index < node.length; index++) {
        if (isOddNumber(node[index])) node[index] = null;
        waiting.push(node[index]);
      }
    else if (node !== null && typeof node === 'object')
      for (const [key, member] of Object.entries(node)) {
        size += key.length;
        if (isOddNumber(member)) (node as Record<string, unknown>)[key] = null;
        waiting.push(member);
      }
    if (size + waiting.length > limit) return false;
  }
  return true;
}
