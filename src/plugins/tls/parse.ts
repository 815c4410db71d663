import { oneOf, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
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
  if (!directive || isAcme(directive, problems)) return nothing;
  if (!takes(directive, { min: 2, max: 3 }, 'CERT KEY [CA]', problems)) return nothing;
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

/** Certificates that the server would get itself: CoreDNS does where CERT and KEY are missing. */
function isAcme({ name, args, block }: Directive, problems: Problems): boolean {
  if (args.length > 0 || block === undefined || block.length === 0) return false;
  const message =
    "certificates are not fetched by ACME here: expected 'tls CERT KEY', with files that an ACME client or cert-manager writes, which are read again when they change";
  problems.error('COREFILE_OPTION', block[0]!.name.position, `${quote(name.text)} without CERT and KEY: ${message}`);
  return true;
}

interface OptionReader extends OptionForm {
  /** What to do where it is not built. */
  readonly instead?: string;
}

const readers: Readonly<Record<string, OptionReader>> = Object.freeze({
  client_auth: { args: { min: 1, max: 1 }, usage: 'one mode' },
  keylog: {
    args: { min: 1, max: 1 },
    usage: 'one FILE',
    instead:
      'the secrets of all clients are not written to a file; have the client that is looked at write its own (SSLKEYLOGFILE)',
  },
});

function readOptions(directive: Directive, ca: Token | undefined, problems: Problems): ClientAuth {
  let clientAuth: ClientAuth = 'nocert';
  readOptionBlock(directive, 'tls', readers, problems, ({ instead }, { name, args: [token] }) => {
    if (instead !== undefined) {
      problems.error('COREFILE_OPTION', name.position, `option '${name.text}' of tls is not built: ${instead}`);
      return;
    }
    clientAuth = oneOf(token!, 'client_auth', clientAuthModes, problems) ?? clientAuth;
    if (!clientAuth.includes('verify') || ca !== undefined) return;
    const message = `client_auth ${clientAuth} needs a CA behind CERT and KEY: who signs the certificates of clients`;
    problems.error('COREFILE_CONFLICT', token!.position, message);
  });
  return clientAuth;
}
