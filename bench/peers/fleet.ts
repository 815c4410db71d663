import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { problemOf, sample } from './check.ts';
import type { Children } from './children.ts';
import { hostLists } from './hosts.ts';
import type { Inputs } from './inputs.ts';
import { questions, type Question } from './questions.ts';
import { lastChanged, Registry, type Disturbed, type RegistryEnd, type RegistryOrder } from './registry.ts';
import { loadCpu, RunningServer, serverCpu } from './running-server.ts';
import { serversOf, type Scenario } from './scenarios.ts';
import { kinds } from './servers/kinds.ts';
import type { Found, ProxyPlace, ProxyPlan, ServerName, Transport } from './servers/kind.ts';
import { tlsUpstream, upstream } from './servers/upstream.ts';

const changeTimeoutMs = 20_000;

/** The servers that run: each is started when a scenario first needs it, and stopped when none will need it again. */
export class Fleet {
  readonly #children: Children;
  readonly #inputs: Inputs;
  readonly #found: ReadonlyMap<ServerName, Found>;
  readonly #servers = new Map<string, RunningServer>();
  readonly #registries = new Map<string, Registry>();
  readonly #scratch: string;

  /** `scratch` is a directory for files of this run. */
  constructor(children: Children, inputs: Inputs, found: ReadonlyMap<ServerName, Found>, scratch: string) {
    this.#children = children;
    this.#inputs = inputs;
    this.#found = found;
    this.#scratch = scratch;
  }

  /** A server that gives the answers of the scenario rightly. */
  async server(name: ServerName, scenario: Scenario): Promise<RunningServer> {
    const key = keyOf(name, scenario);
    const asked = sample(questions(scenario.asked, hostLists[scenario.list]));
    let server = this.#servers.get(key);
    if (server === undefined) {
      const options = {
        tls: scenario.transport === 'tls' ? await this.#certificate() : undefined,
        zoneFile: this.#inputs.zoneFile(scenario.list),
        scratch: this.#scratch,
        cpu: serverCpu,
        registry: name === 'ours' || name === 'before' ? await this.#registryLines(scenario) : [],
        ...(scenario.proxy && { proxy: await this.#proxyPlace(scenario.proxy, asked[0]!) }),
      };
      server = await RunningServer.start(
        this.#children,
        kinds[name],
        this.#found.get(name)!,
        options,
        hostLists[scenario.list],
        asked[0]!,
      );
      this.#servers.set(key, server);
    }
    await server.check(asked, scenario.transport);
    return server;
  }

  disturb(scenario: Scenario, order: RegistryOrder): Promise<Disturbed> {
    return this.#registries.get(scenario.list)!.disturb(order);
  }

  /** Resolves when a server answers what the registry had last; rejects where it never does. */
  async untilChanged(server: RunningServer, answer: RegistryEnd): Promise<void> {
    const question = lastChanged(answer);
    const deadline = performance.now() + changeTimeoutMs;
    for (;;) {
      const problem = problemOf(question, await ask(server.port, 'udp', question));
      if (problem === undefined) return;
      if (performance.now() > deadline) throw new Error(`the last change did not arrive: ${problem}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Stops what none of these scenarios needs. */
  async keepFor(scenarios: readonly Scenario[]): Promise<void> {
    const keys = new Set(scenarios.flatMap((scenario) => serversOf(scenario).map((name) => keyOf(name, scenario))));
    for (const { proxy } of scenarios) if (proxy !== undefined) keys.add(upstreamKey(proxy.over));
    for (const [key, server] of this.#servers) {
      if (keys.has(key)) continue;
      await server.stop();
      this.#servers.delete(key);
    }
    for (const [list, registry] of this.#registries) {
      if (scenarios.some((scenario) => scenario.disturbance !== undefined && scenario.list === list)) continue;
      registry.stop();
      this.#registries.delete(list);
    }
  }

  stop(): Promise<void> {
    return this.keepFor([]);
  }

  async #registryLines({ list, disturbance, proxy }: Scenario): Promise<string[]> {
    if (proxy !== undefined) return [];
    const patience = 'startup_timeout 5m';
    if (disturbance === undefined) return [`file ${this.#inputs.serviceEntries(list)}`, patience];
    const registry = this.#registries.get(list) ?? (await Registry.start(this.#children, list));
    this.#registries.set(list, registry);
    return [`endpoint ${registry.url}`, 'pods off', patience];
  }

  /** Where a proxy is to ask; starts what it asks. */
  async #proxyPlace({ over, cached }: ProxyPlan, first: Question): Promise<ProxyPlace> {
    const tls = over === 'tls' ? await this.#certificate() : undefined;
    const key = upstreamKey(over);
    let server = this.#servers.get(key);
    if (server === undefined) {
      const kind = tls ? tlsUpstream : upstream;
      const found = await kind.find();
      if (found === undefined) throw new Error(`${kind.title} is needed as the upstream; ${kind.hint}`);
      const options = { tls, zoneFile: '', scratch: this.#scratch, cpu: loadCpu, registry: [] };
      server = await RunningServer.start(this.#children, kind, found, options, hostLists.a10k, first);
      this.#servers.set(key, server);
    }
    return { port: server.port, over, cached, certificate: tls?.certificate };
  }

  /** Self-signed, for this run alone. */
  async #certificate(): Promise<{ certificate: string; key: string }> {
    const [certificate, key] = [join(this.#scratch, 'cert.pem'), join(this.#scratch, 'key.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const command = ['openssl', 'req', '-x509', ...curve, '-days', '2', '-subj', '/CN=localhost'];
    const names = ['-addext', 'subjectAltName=DNS:localhost'];
    if (!existsSync(certificate))
      await this.#children.output([...command, ...names, '-keyout', key, '-out', certificate], 10_000);
    return { certificate, key };
  }
}

function upstreamKey(over: Transport): string {
  return `upstream ${over}`;
}

function keyOf(name: ServerName, { list, transport, disturbance, proxy }: Scenario): string {
  if (proxy !== undefined) return `${name} proxy ${proxy.over} ${proxy.cached}`;
  const hasApi = name === 'ours' && disturbance !== undefined;
  return [name, list, transport === 'tls' ? 'tls' : 'plain', hasApi ? 'api' : 'file'].join(' ');
}
