import { marked, type MarkedToken, type Token, type Tokens } from 'marked';

/** What stands at the head and the foot of a page. */
export interface PageTitle {
  readonly name: string;
  /** Section of the manual. */
  readonly section: number;
  /** `2026-11-29` */
  readonly date: string;
  /** Program and version. */
  readonly source: string;
}

/**
 * A manual page, in the man macros, of a document in Markdown. Its heading is left out; a table becomes a list, whose terms are in
 * its first column; of links only the text is left, unless they lead out of the documents.
 */
export function roff(markdown: string, { name, section, date, source }: PageTitle): string {
  const title = `.TH ${[name.toUpperCase(), String(section), date, source, 'serviceentry-dns'].map(quote).join(' ')}`;
  // A heading begins a paragraph.
  return `${title}\n${blocks(marked.lexer(markdown)).replaceAll(/^(\.S[HS] .*\n)\.PP\n/gm, '$1')}`;
}

function blocks(tokens: readonly Token[]): string {
  return tokens.map((token) => block(token as MarkedToken)).join('');
}

function block(token: MarkedToken): string {
  switch (token.type) {
    case 'heading':
      if (token.depth === 1) return '';
      return token.depth === 2 ? `.SH ${heading(token, true)}\n` : `.SS ${heading(token, false)}\n`;
    case 'paragraph':
    case 'text': {
      const text = inline(token.tokens ?? [token]);
      // Of a picture nothing is left.
      return text.trim() === '' ? '' : `.PP\n${lines(text)}`;
    }
    case 'code':
      return `.PP\n.RS 4\n.nf\n${lines(escape(token.text).replaceAll('-', '\\-'))}.fi\n.RE\n`;
    case 'list':
      return list(token);
    case 'table':
      return token.rows.map((row) => tableRow(token.header, row)).join('');
    case 'blockquote':
      return `.RS 4\n${blocks(token.tokens)}.RE\n`;
    default:
      return '';
  }
}

function heading({ tokens }: Tokens.Heading, isUpper: boolean): string {
  const text = plain(tokens);
  return quote(isUpper ? text.toUpperCase() : text);
}

function list({ items, ordered, start }: Tokens.List): string {
  return items
    .map((item, index) => {
      const mark = ordered ? `${Number(start) + index}. 4` : '\\(bu 2';
      const [first, ...others] = item.tokens;
      const text = first ? lines(inline((first as Tokens.Text).tokens ?? [first])) : '';
      const rest = others.length === 0 ? '' : `.RS 2\n${blocks(others)}.RE\n`;
      return `.IP ${mark}\n${text}${rest}`;
    })
    .join('');
}

/** The other columns stand below the term, with their headings where there are several. */
function tableRow(header: readonly Tokens.TableCell[], [term, ...cells]: readonly Tokens.TableCell[]): string {
  const texts = cells.map((cell, index) => {
    const label = cells.length > 1 ? `\\fI${escape(plain(header[index + 1]!.tokens))}\\fR: ` : '';
    return lines(`${label}${inline(cell.tokens)}`);
  });
  return `.TP\n${lines(inline(term!.tokens))}${texts.join('.br\n')}`;
}

function inline(tokens: readonly Token[], font = 'R'): string {
  return tokens.map((token) => inlineOne(token as MarkedToken, font)).join('');
}

function inlineOne(token: MarkedToken, font: string): string {
  switch (token.type) {
    case 'strong':
      return `\\fB${inline(token.tokens, 'B')}\\f${font}`;
    case 'em':
      return `\\fI${inline(token.tokens, 'I')}\\f${font}`;
    case 'codespan':
      return `\\fB${escape(token.text).replaceAll('-', '\\-')}\\f${font}`;
    case 'link': {
      const text = inline(token.tokens, font);
      return /^https?:/.test(token.href) && token.href !== token.text ? `${text} (${escape(token.href)})` : text;
    }
    case 'br':
      return '\n.br\n';
    case 'text':
      return token.tokens ? inline(token.tokens, font) : escape(unescape(token.text));
    case 'escape':
      return escape(token.text);
    default:
      return '';
  }
}

function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token ? plain(token.tokens) : unescape((token as Tokens.Text).text)))
    .join('');
}

/** marked leaves the entities in texts. */
function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\e');
}

/** Whole lines, of which none is taken for a request. */
function lines(text: string): string {
  return `${text
    .replaceAll(/^(?!\.br$)([.'])/gm, '\\&$1')
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd()}\n`;
}

function quote(text: string): string {
  return `"${escape(text).replaceAll('"', '\\(dq')}"`;
}
