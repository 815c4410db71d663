import { takes, zoneNames } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { quote } from '../../corefile/quote.ts';
import type { ParseContext } from '../plugin.ts';
import { type ReadTarget, readTarget } from './arguments/target.ts';
import { fileServers, isOtherFamily, parseResolvConf, type ResolvConf } from './arguments/resolv-conf.ts';
import {
  type ForwardConfig,
  type ForwardLine,
  formatUpstream,
  maxUpstreams,
  type Target,
  type UpstreamAddress,
  type UpstreamOrigin,
} from './config.ts';
import { readOptions } from './options.ts';
import { settingsFrom } from './sources/settings.ts';
import { share } from './sources/share.ts';

/**
 *     forward FROM TO... {
 *         OPTION ...
 *     }
 */
export function parseForward(directives: readonly Directive[], context: ParseContext): ForwardConfig {
  const read = directives.flatMap((directive) => readLine(directive, context) ?? []);
  return { lines: read.map(({ line }) => line), origins: read.map(({ origins }) => origins) };
}

/** A TO, and what its file says where it is one. */
interface Read {
  readonly token: Token;
  readonly target: ReadTarget;
  readonly file: ResolvConf | undefined;
}

/** A line, and where its upstreams stand. */
interface ReadLine {
  readonly line: ForwardLine;
  readonly origins: readonly UpstreamOrigin[];
}

function readLine(directive: Directive, context: ParseContext): ReadLine | undefined {
  const { problems } = context;
  const { serverName, resolvers, stated, ...options } = readOptions(directive, context);
  if (!takes(directive, { min: 2 }, 'FROM and TO...', problems)) return undefined;
  const [fromToken, ...tokens] = directive.args;
  const from = zoneNames(fromToken!, problems) ?? [];
  const { sourceAddress } = options;
  const read = tokens.flatMap((token): Read[] => {
    const target = readTarget(token, context);
    if (target === undefined) return [];
    return [
      { token, target, file: target.kind === 'file' ? readFile(token, target, sourceAddress, context) : undefined },
    ];
  });
  const superfluous = read[maxUpstreams];
  if (superfluous !== undefined) {
    const message = `forward takes at most ${maxUpstreams} upstreams, found ${read.length}`;
    problems.error('COREFILE_ARGUMENT', superfluous.token.position, message);
    return undefined;
  }
  for (const { token, target } of read) {
    checkFamily(token, target, sourceAddress, context);
    checkServerName(token, target, serverName !== undefined, context);
  }
  const shares = share(read.map(addressesOf), maxUpstreams);
  for (const [i, { file, token }] of read.entries()) {
    for (const { text, place } of file?.servers.slice(shares[i]!.length) ?? []) {
      const message = `forward takes no more servers than it has by now; ${quote(text)} is left out`;
      problems.warning('COREFILE_FILE', { file: token.text, ...place }, message);
    }
  }
  const upstreams = shares.flat().map((upstream) => withServerName(upstream, serverName?.name));
  const origins = read.flatMap((each, i) => originsOf(each, shares[i]!.length));
  if (read.every(({ target }) => target.kind === 'address')) return { line: { from, upstreams, ...options }, origins };

  const { policy, forceTcp, readTimeoutMs, maxAttempts } = options;
  const settings = { policy, forceTcp, readTimeoutMs, maxAttempts };
  const sources = { targets: read.map((each) => plain(each, serverName?.name)), resolvers, settings, stated };
  const said = settingsFrom(
    sources,
    read.flatMap(({ file }) => file?.options ?? []),
    upstreams.length,
  );
  return { line: { from, upstreams, ...options, ...said, sources }, origins };
}

/** Where the first `count` upstreams of a TO stand. */
function originsOf({ token, file }: Read, count: number): UpstreamOrigin[] {
  const { text: path, position } = token;
  if (file === undefined) return Array.from({ length: count }, () => ({ position }));
  const servers = file.servers.slice(0, count);
  return servers.map(({ place }) => ({ position: { file: path, ...place }, file: { path, position } }));
}

/** Reports COREFILE_FILE as warnings at lines that cannot be used, and as an error at the name of the file where none can. */
function readFile(
  token: Token,
  { text }: { readonly text: string },
  sourceAddress: string | undefined,
  { problems }: ParseContext,
): ResolvConf {
  const file = token.text;
  const conf = parseResolvConf(text, sourceAddress, (place, message) => {
    problems.warning('COREFILE_FILE', { file, ...place }, message);
  });
  if (conf.servers.length === 0) {
    problems.error('COREFILE_FILE', token.position, `${quote(file)} has no line 'nameserver ADDRESS' that can be used`);
  }
  return conf;
}

function addressesOf({ target, file }: Read): readonly UpstreamAddress[] {
  if (target.kind === 'address') return [target.upstream];
  return file?.servers.map(({ upstream }) => upstream) ?? [];
}

function checkFamily(token: Token, target: ReadTarget, source: string | undefined, { problems }: ParseContext): void {
  if (target.kind !== 'address' || !isOtherFamily(target.upstream, source)) return;
  const name = formatUpstream(target.upstream);
  const message = `${name} cannot be reached from source_address ${source}: one is IPv4, one IPv6`;
  problems.error('COREFILE_CONFLICT', token.position, message);
}

function checkServerName(token: Token, target: ReadTarget, isNamed: boolean, { problems }: ParseContext): void {
  const server = serverOf(target);
  if (!isNamed || server?.serverName === undefined) return;
  const name = 'name' in server ? `${server.name}:${server.port}` : formatUpstream(server);
  const message = `the certificate of ${name} is named here and by tls_servername; expected one of them`;
  problems.error('COREFILE_CONFLICT', token.position, message);
}

function serverOf(target: ReadTarget) {
  if (target.kind === 'file') return undefined;
  return target.kind === 'address' ? target.upstream : target.server;
}

/** As the control half has it: a server that is named has a certificate for that name unless the line says another. */
function plain({ target }: Read, serverName: string | undefined): Target {
  if (target.kind === 'file') {
    const { path, text } = target;
    // All of them: another line that has the file may reach others.
    return { kind: 'file', path, found: fileServers(parseResolvConf(text, undefined, () => undefined)) };
  }
  if (target.kind === 'address') return { kind: 'address', upstream: withServerName(target.upstream, serverName) };
  const { server } = target;
  return { kind: 'name', server: withServerName(server, server.serverName ?? serverName ?? server.name) };
}

function withServerName<Server extends { readonly protocol: string }>(
  server: Server,
  serverName: string | undefined,
): Server {
  return serverName === undefined || server.protocol === 'dns' ? server : { ...server, serverName };
}
