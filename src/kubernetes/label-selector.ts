const name = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`;
const prefix = String.raw`[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?`;
const key = `(?:${prefix}/)?${name}`;
const value = `(?:${name})?`;
const requirement = new RegExp(
  [
    `^!?\\s*${key}$`,
    `^${key}\\s*(?:=|==|!=)\\s*${value}$`,
    `^${key}\\s*[<>]\\s*-?\\d+$`,
    `^${key}\\s+(?:in|notin)\\s*\\(\\s*${value}(?:\\s*,\\s*${value})*\\s*\\)$`,
  ].join('|'),
);

/**
 * The first requirement of a Kubernetes label selector (`app=x,!old,env in (a,b)`) that is malformed, as it is written;
 * `undefined` where there is none. The API server checks them too.
 */
export function badRequirement(expression: string): string | undefined {
  // A comma in parentheses belongs to its set.
  const parts = expression.split(/,(?![^()]*\))/);
  return parts.map((part) => part.trim()).find((part) => !requirement.test(part));
}
