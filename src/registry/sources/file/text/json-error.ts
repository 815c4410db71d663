/** Where text stops being JSON. */
export interface JsonError {
  readonly offset: number;
  /** What was found and what was expected. */
  readonly message: string;
}

const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|((?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])))/u;

/**
 * Finds the first place where a text is not JSON (RFC 8259). `JSON.parse` says where for some errors only, so this runs
 * once it has failed; `undefined` when nothing is found after all.
 */
export function findJsonError(text: string): JsonError | undefined {
  /** What closes the brackets that are open. */
  const open: string[] = [];
  let expected: 'value' | 'value or ]' | 'key or }' | 'key' | 'colon' | 'separator' = 'value';
  const scan = new RegExp(token.source, 'uy');
  for (;;) {
    const from = scan.lastIndex;
    const match = nextToken(scan, text);
    const at = match ? from + match[0].search(/[^ \t\r\n]/) : skipSpace(text, from);
    const fail = (wanted: string): JsonError => ({ offset: at, message: `${found(text, at)}, expected ${wanted}` });
    if (expected === 'separator' && open.length === 0)
      return at >= text.length ? undefined : fail('nothing after the end of the value');
    const sign = match?.[1];
    const string = match?.[2];
    if (expected === 'value' || expected === 'value or ]') {
      if (sign === '{') {
        open.push('}');
        expected = 'key or }';
      } else if (sign === '[') {
        open.push(']');
        expected = 'value or ]';
      } else if (sign === ']' && expected === 'value or ]') {
        open.pop();
        expected = 'separator';
      } else if (string !== undefined || match?.[3] !== undefined) expected = 'separator';
      else return fail(expected === 'value' ? 'a value' : "a value or ']'");
    } else if (expected === 'key' || expected === 'key or }') {
      if (string !== undefined) expected = 'colon';
      else if (sign === '}' && expected === 'key or }') {
        open.pop();
        expected = 'separator';
      } else return fail(expected === 'key' ? 'a key in double quotes' : "a key in double quotes or '}'");
    } else if (expected === 'colon') {
      if (sign !== ':') return fail("':'");
      expected = 'value';
    } else {
      const close = open[open.length - 1]!;
      if (sign === ',') expected = close === '}' ? 'key' : 'value';
      else if (sign === close) open.pop();
      else return fail(`',' or '${close}'`);
    }
  }
}

function nextToken(scan: RegExp, text: string): RegExpExecArray | null {
  try {
    return scan.exec(text);
  } catch {
    // A string of many megabytes is more than the engine can step back over.
    return null;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  return at;
}

function found(text: string, at: number): string {
  if (at >= text.length) return 'the file ends here';
  if (text[at] === '"') return 'a string that is not closed, or holds a character that must be escaped';
  const word = /^[\w.+-]{1,20}/.exec(text.slice(at, at + 20))?.[0] ?? String.fromCodePoint(text.codePointAt(at)!);
  return `found ${JSON.stringify(word)}`;
}
