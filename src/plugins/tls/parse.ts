import { oneOf, takes, unknownOption } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { filePath } from '../file-path.ts';
import { singleDirective } from '../single-directive.ts';
import { clientAuthModes, type ClientAuth, type ParseContext } from '../plugin.ts';
import type { TlsConfig } from './config.ts';
import { readTlsFiles } from './material.ts';

const nothing: TlsConfig = { certFile: '', keyFile: '', caFile: undefined, clientAuth: 'nocert' };

/**
 *     tls CERT KEY [CA] {
 *         client_auth nocert|request|require|verify_if_given|require_and_verify
 *     }
 *
 * The files are read and checked, so that a start fails where they cannot be used. `wall` is Unix time in milliseconds.
 */
export function parseTls(
  directives: readonly Directive[],
  context: ParseContext,
  wall: () => number = Date.now,
): TlsConfig {
  const { problems } = context;
  const directive = singleDirective(directives, problems);
  if (!directive || !takes(directive, { min: 2, max: 3 }, 'CERT KEY [CA]', problems)) return nothing;
  const [cert, key, ca] = directive.args as [Token, Token, Token?];
  const clientAuth = readOptions(directive, ca, problems);
  const pathOf = ({ text }: Token): string => filePath(text, context);
  const config = { certFile: pathOf(cert), keyFile: pathOf(key), caFile: ca && pathOf(ca), clientAuth };
  const tokens = { certFile: cert, keyFile: key, caFile: ca ?? directive.name };
  const reading = readTlsFiles(config, (path) => context.readFile(path, true));
  if ('faults' in reading) {
    for (const { file, reason } of reading.faults) {
      problems.error('COREFILE_FILE', tokens[file].position, `${quote(tokens[file].text)} ${reason}`);
    }
  } else if (reading.expiresMs <= wall()) {
    // Those who do not verify are still served, and the file may be replaced at any time.
    const message = `${quote(cert.text)} has expired: clients that verify it are not served until it is replaced`;
    problems.warning('COREFILE_FILE', cert.position, message);
  }
  return config;
}

const options = ['client_auth'];

function readOptions({ block = [] }: Directive, ca: Token | undefined, problems: Problems): ClientAuth {
  const lines = block.filter(({ name }) => name.text === 'client_auth');
  for (const option of block) if (!lines.includes(option)) unknownOption(option, options, 'tls', problems);
  const option = singleDirective(lines, problems);
  if (!option || !takes(option, { min: 1, max: 1 }, 'one mode', problems)) return 'nocert';
  const [token] = option.args as [Token];
  const mode = oneOf(token, 'client_auth', clientAuthModes, problems);
  if (mode?.includes('verify') && ca === undefined) {
    const message = `client_auth ${mode} needs a CA behind CERT and KEY: who signs the certificates of clients`;
    problems.error('COREFILE_CONFLICT', token.position, message);
  }
  return mode ?? 'nocert';
}
