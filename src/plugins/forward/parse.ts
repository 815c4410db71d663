import { takes, zoneNames } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { ParseContext } from '../plugin.ts';
import { type ForwardConfig, type ForwardLine, formatUpstream, type UpstreamAddress } from './config.ts';
import { readOptions } from './options.ts';
import { readUpstreams } from './arguments/upstreams.ts';

/** As in CoreDNS. The query half counts on less than 32. */
const maxUpstreams = 15;

/**
 *     forward FROM TO... {
 *         OPTION ...
 *     }
 */
export function parseForward(directives: readonly Directive[], context: ParseContext): ForwardConfig {
  return { lines: directives.flatMap((directive) => readLine(directive, context) ?? []) };
}

function readLine(directive: Directive, context: ParseContext): ForwardLine | undefined {
  const { problems } = context;
  const { serverName, ...options } = readOptions(directive, context);
  if (!takes(directive, { min: 2 }, 'FROM and TO...', problems)) return undefined;
  const [fromToken, ...targets] = directive.args;
  const from = zoneNames(fromToken!, problems) ?? [];
  const { sourceAddress } = options;
  const found: { readonly token: Token; readonly upstream: UpstreamAddress }[] = [];
  for (const token of targets) {
    const limits = { count: Math.max(maxUpstreams - found.length, 0), sourceAddress };
    for (const upstream of readUpstreams(token, context, limits)) found.push({ token, upstream });
  }
  const superfluous = found[maxUpstreams];
  if (superfluous !== undefined) {
    const message = `forward takes at most ${maxUpstreams} upstreams, found ${found.length}`;
    problems.error('COREFILE_ARGUMENT', superfluous.token.position, message);
  }
  for (const { token, upstream } of found) {
    if (sourceAddress === undefined || sourceAddress.includes(':') === (upstream.family === 6)) continue;
    const message = `${formatUpstream(upstream)} cannot be reached from source_address ${sourceAddress}: one is IPv4, one IPv6`;
    problems.error('COREFILE_CONFLICT', token.position, message);
  }
  for (const { token, upstream } of found) {
    if (serverName === undefined || upstream.serverName === undefined) continue;
    const message = `the certificate of ${formatUpstream(upstream)} is named here and by tls_servername; expected one of them`;
    problems.error('COREFILE_CONFLICT', token.position, message);
  }
  return { from, upstreams: found.map(({ upstream }) => named(upstream, serverName?.name)), ...options };
}

function named(upstream: UpstreamAddress, serverName: string | undefined): UpstreamAddress {
  return serverName === undefined || upstream.protocol === 'dns' ? upstream : { ...upstream, serverName };
}
