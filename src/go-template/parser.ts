import type { Node, NodeList, Pipeline, Templates } from './ast.ts';
import { unquote } from './constants.ts';
import { TemplateFault } from './fault.ts';
import { tokenize, type Token } from './lexer.ts';
import { PipelineParser } from './pipeline-parser.ts';
import { TokenCursor } from './token-cursor.ts';

/** What ended a list of nodes: `{{ end }}`, `{{ else }}`, or the `if` or `with` behind an else. */
type Ending = 'end' | 'else' | 'if' | 'with';

interface Body {
  readonly list: NodeList;
  readonly ending: Ending;
  /** Where what ended it stands. */
  readonly at: number;
}

/** Parses a template; `isFunction` tells which functions there are. Throws a TemplateFault with its place. */
export function parseTemplate(text: string, isFunction: (name: string) => boolean): Templates {
  return new Parser(new TokenCursor(tokenize(text)), isFunction).parse();
}

class Parser {
  readonly #cursor: TokenCursor;
  readonly #pipelines: PipelineParser;
  readonly #templates = new Map<string, NodeList>();
  #rangeDepth = 0;

  constructor(cursor: TokenCursor, isFunction: (name: string) => boolean) {
    this.#cursor = cursor;
    this.#pipelines = new PipelineParser(cursor, isFunction);
  }

  parse(): Templates {
    const root: Node[] = [];
    for (let token = this.#cursor.take(); token.kind !== 'end'; token = this.#cursor.take()) {
      if (token.kind === 'text') root.push({ kind: 'text', text: token.text });
      else if (this.#cursor.takeKeyword('define')) this.#define();
      else {
        const node = this.#action();
        if (typeof node === 'string')
          throw new TemplateFault(`unexpected {{${node === 'end' ? 'end' : 'else'}}}`, token.at);
        root.push(node);
      }
    }
    this.#add('', root);
    return this.#templates;
  }

  /** As in Go a template of nothing but blanks may be defined again. */
  #add(name: string, body: NodeList, at = 0): void {
    const isEmpty = (list: NodeList): boolean => list.every((node) => node.kind === 'text' && node.text.trim() === '');
    const known = this.#templates.get(name);
    if (known === undefined || isEmpty(known)) this.#templates.set(name, body);
    else if (!isEmpty(body)) throw new TemplateFault(`multiple definition of template "${name}"`, at);
  }

  #define(): void {
    const token = this.#cursor.takeWord();
    const name = this.#templateName(token, 'define clause');
    this.#cursor.expectRight('define clause');
    this.#add(name, this.#ownBody('define clause'), token.at);
  }

  /** The body of a template with variables of its own. */
  #ownBody(context: string): NodeList {
    const [variables, rangeDepth] = [this.#pipelines.variables, this.#rangeDepth];
    this.#pipelines.variables = ['$'];
    this.#rangeDepth = 0;
    const { list, ending, at } = this.#list();
    if (ending !== 'end') throw new TemplateFault(`unexpected {{else}} in ${context}`, at);
    this.#pipelines.variables = variables;
    this.#rangeDepth = rangeDepth;
    return list;
  }

  /** Nodes up to the `end` or `else` that closes them. */
  #list(): Body {
    return this.#cursor.nested(() => this.#nodes());
  }

  #nodes(): Body {
    const list: Node[] = [];
    for (;;) {
      const token = this.#cursor.take();
      if (token.kind === 'end') throw new TemplateFault('unexpected EOF: an {{end}} is missing', token.at);
      const node = token.kind === 'text' ? ({ kind: 'text', text: token.text } as const) : this.#action();
      if (typeof node === 'string') return { list, ending: node, at: token.at };
      list.push(node);
    }
  }

  /** What stands behind a left delimiter. */
  #action(): Node | Ending {
    const token = this.#cursor.peekWord();
    if (token.kind === 'identifier') {
      switch (token.text) {
        case 'if':
        case 'with':
          this.#cursor.takeWord();
          return this.#branch(token.text);
        case 'range':
          this.#cursor.takeWord();
          return this.#range(token.at);
        case 'break':
        case 'continue':
          this.#cursor.takeWord();
          this.#cursor.expectRight(`{{${token.text}}}`);
          if (this.#rangeDepth === 0) throw new TemplateFault(`{{${token.text}}} outside {{range}}`, token.at);
          return { kind: token.text };
        case 'end':
          this.#cursor.takeWord();
          this.#cursor.expectRight('end');
          return 'end';
        case 'else':
          this.#cursor.takeWord();
          return this.#else();
        case 'template':
        case 'block':
          this.#cursor.takeWord();
          return this.#call(token.text);
        case 'define':
          throw new TemplateFault('unexpected {{define}} inside of another action', token.at);
      }
    }
    return { kind: 'action', pipeline: this.#pipelines.parse('command', 'right') };
  }

  #else(): Ending {
    const { kind, text } = this.#cursor.peekWord();
    if (kind === 'identifier' && (text === 'if' || text === 'with')) return text;
    this.#cursor.expectRight('else');
    return 'else';
  }

  #branch(kind: 'if' | 'with'): Node {
    const scope = this.#pipelines.variables.length;
    const pipeline = this.#pipelines.parse(kind, 'right');
    const { list, ending, at } = this.#list();
    const node = { kind, pipeline, body: list, otherwise: this.#otherwise(kind, ending, at) } as const;
    this.#pipelines.variables.length = scope;
    return node;
  }

  #range(at: number): Node {
    const scope = this.#pipelines.variables.length;
    const pipeline = this.#pipelines.parse('range', 'right');
    this.#rangeDepth++;
    const { list, ending, at: endedAt } = this.#list();
    this.#rangeDepth--;
    const node = {
      kind: 'range',
      at,
      pipeline,
      body: list,
      otherwise: this.#otherwise('range', ending, endedAt),
    } as const;
    this.#pipelines.variables.length = scope;
    return node;
  }

  /** `{{ else if }}` is an else that holds an if, and shares its end. */
  #otherwise(kind: string, ending: Ending, at: number): NodeList {
    if (ending === 'end') return [];
    if (ending === 'if' || ending === 'with') {
      if (ending !== kind) throw new TemplateFault(`unexpected {{else ${ending}}} in {{${kind}}}`, at);
      this.#cursor.takeWord();
      return [this.#cursor.nested(() => this.#branch(ending))];
    }
    const rest = this.#list();
    if (rest.ending !== 'end') throw new TemplateFault('expected end; found {{else}}', rest.at);
    return rest.list;
  }

  /** `template NAME [PIPELINE]`, or `block NAME PIPELINE` with the body of its template. */
  #call(kind: 'template' | 'block'): Node {
    const token = this.#cursor.takeWord();
    const context = `${kind} clause`;
    const name = this.#templateName(token, context);
    let pipeline: Pipeline | undefined;
    if (kind === 'template' && this.#cursor.peekWord().kind === 'right') this.#cursor.takeWord();
    else pipeline = this.#pipelines.parse(context, 'right');
    if (kind === 'block') this.#add(name, this.#ownBody(context), token.at);
    return { kind: 'template', at: token.at, name, pipeline };
  }

  #templateName({ kind, text, at }: Token, context: string): string {
    if (kind === 'string') return unquote(text, at);
    if (kind === 'raw') return text.slice(1, -1);
    throw new TemplateFault(`unexpected '${text}' in ${context}: expected a name in quotes`, at);
  }
}
