const mask = '********';

/** Words that stand before a secret. */
const words = String.raw`(?:[\w-]{0,40}[_-])?(?:token|password|passwd|passphrase|secret|api[_-]?key|authorization)`;

/*
 * All of them take time that grows with the text: what may be repeated is bounded, or can begin at one place only.
 */

/** `https://user:password@host`, also without a password. */
const credentials = /\b([a-z][a-z0-9+.-]{0,15}:\/\/)[^\s/@"]+@/gi;
/** A parameter of a URL, or a word with its value behind `=` or `:`. */
const assignment = new RegExp(
  String.raw`\b(${words}["']?[ \t]*[=:][ \t]*)(?:(?:bearer|basic)[ \t]+)?("[^"]*"?|[^\s&"]+)`,
  'gi',
);
/** An option of this name, and all that stands behind it. */
const option = new RegExp(String.raw`^([ \t]*${words}[ \t]+)(\S.*)$`, 'gim');
const bearer = /\b(bearer[ \t]+)[\w.~+/=-]{8,}/gi;
const jsonWebToken = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/**
 * The text of a Corefile without what looks like a secret. No option takes one (keys and tokens are named by their files), but people
 * write them into URLs, answers and comments. Environment variables stand there by their names, as they were written.
 */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(privateKey, mask)
    .replaceAll(credentials, `$1${mask}@`)
    .replaceAll(jsonWebToken, mask)
    .replaceAll(bearer, `$1${mask}`)
    .replaceAll(assignment, `$1${mask}`)
    .replaceAll(option, (_, name: string, value: string) => `${name}${value.endsWith('{') ? value : mask}`);
}
