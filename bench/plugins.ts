import { parseArgs } from 'node:util';
import { freePorts } from '../test/support/free-ports.ts';
import { makeBundle } from './bundled-server.ts';
import { median } from './peers/statistics.ts';
import { Stage, type SideServer } from './side-by-side.ts';

// What the plugins that look after queries cost: the bundle with `serviceentry` alone, and with these beside it. The servers run side
// by side on one processor, so with one worker each; the load has the other. They are asked by turns, as fast as they answer, and the figure of a
// round is the ratio of their answers per second of CPU time: what the machine does beside concerns both. A second server with `serviceentry`
// alone shows what chance makes of no difference.
//
//     --plugins a,b   these only
//     --alone         and each of them alone
//     --sample N      log writes a line for one of N queries

const { values } = parseArgs({
  options: {
    plugins: { type: 'string', default: 'prometheus,errors,acl,log' },
    sample: { type: 'string', default: '1000' },
    alone: { type: 'boolean', default: false },
    hosts: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '61' },
    seconds: { type: 'string', default: '0.5' },
    clients: { type: 'string', default: '1' },
    window: { type: 'string', default: '256' },
  },
});
const lines = {
  prometheus: 'prometheus 127.0.0.1:0',
  errors: 'errors',
  acl: 'acl {\n  allow net 127.0.0.0/8 10.0.0.0/8 192.168.0.0/16 ::1\n  block\n }',
  log: `log {\n  sample ${values.sample}\n }`,
} as const;

const [seconds, clients, window, rounds] = [values.seconds, values.clients, values.window, values.rounds].map(Number);
const saturation = { seconds: seconds!, clients: clients!, window: window! };
const names = values.plugins.split(',').map((name) => {
  if (Object.hasOwn(lines, name)) return name as keyof typeof lines;
  throw new Error(`no such plugin: ${name}; there are ${Object.keys(lines).join(', ')}`);
});

interface Contender {
  readonly text: string;
  readonly server: SideServer;
  /** Answers per second of CPU time, of each round. */
  readonly rates: number[];
}

makeBundle();
const stage = new Stage(Number(values.hosts));
const contenders: Contender[] = [];
const sets = [[], [], ...(values.alone ? names.map((name) => [name]) : []), names];
for (const [index, port] of (await freePorts(sets.length)).entries()) {
  const set = sets[index]!;
  const own = [
    'bind 127.0.0.1',
    `serviceentry mesh.test {\n  file ${stage.hosts}\n }`,
    ...set.map((name) => lines[name]),
  ];
  const text = set.length === 0 ? 'serviceentry alone' : set.join(', ');
  contenders.push({ text, server: await stage.start(port, own, true), rates: [] });
}
for (let i = 0; i < 3; i++) for (const { server } of contenders) await perCpuSecond(server);
for (let round = 0; round < rounds!; round++) {
  // None is always the first.
  for (let i = 0; i < contenders.length; i++) {
    const { server, rates } = contenders[(i + round) % contenders.length]!;
    rates.push(await perCpuSecond(server));
  }
}

const [base, ...others] = contenders;
console.log(`${base!.text}: ${(median(base!.rates) / 1000).toFixed(0)}k answers per second of CPU time`);
for (const { text, rates } of others) {
  const costs = rates.map((rate, round) => 1 - rate / base!.rates[round]!).sort((a, b) => a - b);
  const percent = (part: number): string => `${(costs[Math.round(part * (costs.length - 1))]! * 100).toFixed(1)}%`;
  const rate = (median(rates) / 1000).toFixed(0);
  console.log(
    `${text}: ${rate}k, costs ${percent(0.5)} (median of ${costs.length} rounds; half of them ${percent(0.25)} to ${percent(0.75)})`,
  );
}
process.exit(0);

async function perCpuSecond(server: SideServer): Promise<number> {
  const before = server.cpuSeconds;
  const { answered } = await server.saturate(saturation);
  return answered / (server.cpuSeconds - before);
}
