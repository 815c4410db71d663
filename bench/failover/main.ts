import { manyClients, oneSilent, returns, staleData, type Case } from './cases.ts';
import { findProxies, type Proxy } from './proxies.ts';

// What clients notice when upstreams fail: this server, CoreDNS and dnsdist, each with its health checks and policies as they
// are by default, in front of upstreams that fall silent. All on this machine. Takes two minutes; arguments choose cases.

const cases: Readonly<Record<string, Case>> = { oneSilent, staleData, returns, manyClients };
/** Of a case that a proxy cannot be configured for. */
const none = '–';

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in cases));
if (unknown !== undefined) throw new Error(`no case is named '${unknown}'; there are ${Object.keys(cases).join(', ')}`);
const proxies = await findProxies();
const rows = new Map<string, string[]>();
for (const name of chosen.length === 0 ? Object.keys(cases) : chosen)
  for (const [column, proxy] of proxies.entries()) await measure(name, proxy, column);
console.log(`| | ${proxies.map(({ title }) => title).join(' | ')} |\n| --- |${' --- |'.repeat(proxies.length)}`);
for (const [what, cells] of rows) console.log(`| ${what} | ${proxies.map((_, i) => cells[i] ?? none).join(' | ')} |`);

async function measure(name: string, proxy: Proxy, column: number): Promise<void> {
  try {
    for (const [what, figure] of Object.entries(await cases[name]!(proxy))) {
      const row = rows.get(what) ?? [];
      row[column] = figure;
      rows.set(what, row);
    }
  } catch (error) {
    console.error(`${proxy.title}, ${name}: ${(error as Error).message}`);
  }
}
