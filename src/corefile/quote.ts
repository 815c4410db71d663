/** Enough of a word to recognise it, short enough that a swallowed quote does not fill the terminal. */
const maxShownCharacters = 80;

/**
 * A word of the Corefile for use in a message: in single quotes, control characters as `\n` or `\u001b`, and cut
 * after 80 characters. Never throws.
 */
export function quote(text: string): string {
  const characters = Array.from(text.slice(0, 2 * maxShownCharacters + 2));
  const shown =
    characters.length > maxShownCharacters ? `${characters.slice(0, maxShownCharacters).join('')}...` : text;
  // JSON's escapes are the ones that everybody can read; the quotes of a word are left as they are.
  return `'${shown.replace(/\p{Cc}/gu, (control) => escapeControl(control))}'`;
}

function escapeControl(control: string): string {
  if (control === '\n') return '\\n';
  if (control === '\r') return '\\r';
  if (control === '\t') return '\\t';
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
