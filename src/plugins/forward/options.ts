import { duration, integer, ipAddress, oneOf, onOff, zoneNames } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { rcode } from '../../wire/codes.ts';
import type { ParseContext } from '../plugin.ts';
import { type ForwardLine, dohMethods, policies, type ResolverSettings, type UpstreamAddress } from './config.ts';
import { readResolver } from './arguments/resolver.ts';
import { defaultHealthCheck, readHealthCheck } from './arguments/health-check.ts';
import { readServerName } from './arguments/server-name.ts';
import { readSvcb } from './arguments/svcb.ts';
import { readTlsFiles } from './arguments/tls-files.ts';

/** What the block of a `forward` line says; all of a line but the names and the upstreams. */
export type ForwardOptions = {
  -readonly [Key in keyof Omit<ForwardLine, 'from' | 'upstreams' | 'sources'>]: ForwardLine[Key];
} & {
  /** The name in the certificates of all upstreams, and where it stands. */
  serverName?: { readonly name: string; readonly token: Token };
  /** The servers that host names are looked up with; empty for those of the system. */
  resolvers: readonly UpstreamAddress[];
  /** The settings that the line states, which no file may change. */
  stated: readonly (keyof ResolverSettings)[];
};

/** What `max_connect_attempts 0`, in CoreDNS as many as fit into 5 seconds, comes to: a refusal takes microseconds. */
const unlimitedAttempts = 32;
const maxAttempts = 100;

/** Response codes that `failover` and `next` take (IANA DNS RCODEs). NOERROR is none of them. */
const nameableCodes: Readonly<Record<string, number>> = Object.freeze({
  FORMERR: rcode.FORMERR,
  SERVFAIL: rcode.SERVFAIL,
  NXDOMAIN: rcode.NXDOMAIN,
  NOTIMP: rcode.NOTIMP,
  REFUSED: rcode.REFUSED,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
});

/** What moves a query on unless `failover` says otherwise: the upstream could not or would not look. */
const defaultFailover: readonly number[] = Object.freeze([rcode.SERVFAIL, rcode.REFUSED]);

/** The options that a resolv.conf has a say in, unless they stand here. */
const settingOf: Readonly<Record<string, keyof ResolverSettings>> = Object.freeze({
  policy: 'policy',
  force_tcp: 'forceTcp',
  prefer_udp: 'forceTcp',
  read_timeout: 'readTimeoutMs',
  max_connect_attempts: 'maxAttempts',
});

interface OptionReader extends OptionForm {
  read(args: readonly Token[], options: ForwardOptions, problems: Problems, context: ParseContext): void;
}

/** An option with one argument; `read` returns `undefined` where it reported an error. */
function single<Key extends keyof ForwardOptions>(
  usage: string,
  key: Key,
  read: (token: Token, problems: Problems) => ForwardOptions[Key] | undefined,
): OptionReader {
  return {
    args: { min: 1, max: 1 },
    usage,
    read([token], options, problems) {
      const value = read(token!, problems);
      if (value !== undefined) options[key] = value;
    },
  };
}

function flag(key: 'forceTcp' | 'preferUdp' | 'nextOnNodata' | 'failsFast' | 'randomizesCase'): OptionReader {
  return { args: { min: 0, max: 0 }, usage: 'nothing', read: (_, options) => (options[key] = true) };
}

/** Names of response codes; what stands further down adds to them, and all replaces a default. */
function codes(key: 'failover' | 'next'): OptionReader {
  return {
    args: { min: 1 },
    usage: 'RCODE...',
    repeatable: true,
    read(args, options, problems) {
      const before = options[key] === defaultFailover ? [] : options[key];
      const read = args.flatMap((token) => {
        const name = oneOf(upperCase(token), key, Object.keys(nameableCodes), problems);
        return name === undefined ? [] : [nameableCodes[name]!];
      });
      options[key] = [...before, ...read];
    },
  };
}

const readers: Readonly<Record<string, OptionReader>> = Object.freeze({
  except: {
    args: { min: 1 },
    usage: 'NAMES...',
    repeatable: true,
    read(args, options, problems) {
      const zones = args.flatMap((token) => zoneNames(token, problems) ?? []);
      options.except = [...options.except, ...zones];
    },
  } satisfies OptionReader,
  force_tcp: flag('forceTcp'),
  prefer_udp: flag('preferUdp'),
  policy: single('one POLICY', 'policy', (token, problems) => oneOf(token, 'policy', policies, problems)),
  expire: single('one DURATION', 'idleTimeoutMs', (token, problems) => duration(token, 'expire', { min: 0 }, problems)),
  max_age: single('one DURATION', 'maxAgeMs', (token, problems) => duration(token, 'max_age', { min: 0 }, problems)),
  max_queries: single('one number', 'maxQueries', (token, problems) =>
    integer(token, 'max_queries', { min: 0 }, problems),
  ),
  max_idle_conns: single('one number', 'maxIdleConnections', (token, problems) =>
    integer(token, 'max_idle_conns', { min: 0 }, problems),
  ),
  read_timeout: single('one DURATION', 'readTimeoutMs', (token, problems) =>
    duration(token, 'read_timeout', { min: 1 }, problems),
  ),
  max_fails: single('one number', 'maxFails', (token, problems) => integer(token, 'max_fails', { min: 0 }, problems)),
  max_connect_attempts: single('one number', 'maxAttempts', (token, problems) => {
    const attempts = integer(token, 'max_connect_attempts', { min: 0, max: maxAttempts }, problems);
    return attempts === 0 ? unlimitedAttempts : attempts;
  }),
  max_concurrent: single('one number', 'maxConcurrent', (token, problems) => {
    const count = integer(token, 'max_concurrent', { min: 0, max: 1_000_000_000 }, problems);
    return count === 0 ? undefined : count;
  }),
  failover: codes('failover'),
  next: codes('next'),
  next_on_nodata: flag('nextOnNodata'),
  health_check: {
    args: { min: 1, max: 4 },
    usage: 'DURATION [no_rec] [domain FQDN]',
    read(args, options, problems) {
      const healthCheck = readHealthCheck(args, problems);
      if (healthCheck) options.healthCheck = healthCheck;
    },
  } satisfies OptionReader,
  failfast_all_unhealthy_upstreams: flag('failsFast'),
  source_address: single('one address', 'sourceAddress', (token, problems) => {
    return ipAddress(token, 'source_address', problems)?.address;
  }),
  tls: {
    args: { min: 0, max: 3 },
    usage: '[CERT KEY] [CA]',
    read(args, options, _, context) {
      const files = readTlsFiles(args, context);
      if (files) options.tls = files;
    },
  } satisfies OptionReader,
  tls_servername: {
    args: { min: 1, max: 1 },
    usage: 'one NAME',
    read([token], options, problems) {
      const name = readServerName(token!, token!.text, problems);
      if (name !== undefined) options.serverName = { name, token: token! };
    },
  } satisfies OptionReader,
  resolver: {
    args: { min: 1 },
    usage: 'IP...',
    repeatable: true,
    read(args, options, problems) {
      options.resolvers = [...options.resolvers, ...args.flatMap((token) => readResolver(token, problems) ?? [])];
    },
  } satisfies OptionReader,
  doh_method: single('GET or POST', 'dohMethod', (token, problems) =>
    oneOf(upperCase(token), 'doh_method', dohMethods, problems),
  ),
  client_subnet: single('on or off', 'clientSubnet', (token, problems) => onOff(token, 'client_subnet', problems)),
  randomize_case: flag('randomizesCase'),
  hedging: single('on or off', 'hedges', (token, problems) => onOff(token, 'hedging', problems)),
  special_names: single('on or off', 'specialNames', (token, problems) => onOff(token, 'special_names', problems)),
  resolver_svcb: {
    args: { min: 2 },
    usage: 'PRIORITY TARGET KEY=VALUE...',
    repeatable: true,
    read(args, options, problems) {
      const rdata = readSvcb(args, problems);
      if (rdata) options.resolverSvcb = [...(options.resolverSvcb ?? []), rdata];
    },
  } satisfies OptionReader,
});

/** Reads the block of a `forward` line; reports COREFILE_OPTION, COREFILE_REPEATED, COREFILE_ARGUMENT, COREFILE_FILE, COREFILE_CONFLICT. */
export function readOptions(line: Directive, context: ParseContext): ForwardOptions {
  const { problems } = context;
  const options: ForwardOptions = {
    except: [],
    policy: 'random',
    forceTcp: false,
    preferUdp: false,
    idleTimeoutMs: 10_000,
    maxAgeMs: 0,
    maxQueries: 0,
    maxIdleConnections: 0,
    readTimeoutMs: 2000,
    maxFails: 2,
    maxAttempts: undefined,
    maxConcurrent: undefined,
    healthCheck: defaultHealthCheck,
    clientSubnet: false,
    randomizesCase: false,
    hedges: true,
    failsFast: false,
    failover: defaultFailover,
    next: [],
    nextOnNodata: false,
    sourceAddress: undefined,
    tls: {},
    dohMethod: 'POST',
    specialNames: true,
    resolvers: [],
    stated: [],
  };
  const seen = readOptionBlock(line, 'forward', readers, problems, (reader, option) =>
    reader.read(option.args, options, problems, context),
  );
  checkTogether(options, seen, problems);
  options.stated = Object.keys(settingOf).flatMap((name) => (seen.has(name) ? settingOf[name]! : []));
  return options;
}

function checkTogether(options: ForwardOptions, seen: ReadonlyMap<string, Directive>, problems: Problems): void {
  const maxAge = seen.get('max_age');
  if (maxAge !== undefined && options.maxAgeMs > 0 && options.maxAgeMs < options.idleTimeoutMs) {
    const message = `max_age must be 0 or at least expire (${options.idleTimeoutMs}ms), found ${options.maxAgeMs}ms`;
    problems.error('COREFILE_CONFLICT', maxAge.name.position, message);
  }
  const preferUdp = seen.get('prefer_udp');
  if (preferUdp !== undefined && options.forceTcp) {
    problems.warning('COREFILE_CONFLICT', preferUdp.name.position, 'prefer_udp has no effect beside force_tcp');
  }
}

function upperCase(token: Token): Token {
  return { ...token, text: token.text.toUpperCase() };
}
