import { parseArgs } from 'node:util';
import { freePorts } from '../test/support/free-ports.ts';
import { makeBundle } from './bundled-server.ts';
import { median } from './peers/statistics.ts';
import { Stage, type SideServer } from './side-by-side.ts';

// What the plugins that look after queries cost: the bundle with `serviceentry` alone, and with these beside it. The servers run side
// by side on one processor, so with one worker each; the load has the other. They are asked by turns, as fast as they answer, and the figure of a round is the
// ratio of their answers per second of CPU time: what the machine does beside concerns both.
//
//     --plugins a,b   these only

const lines = {
  prometheus: 'prometheus 127.0.0.1:0',
  errors: 'errors',
  acl: 'acl {\n  allow net 127.0.0.0/8 10.0.0.0/8 192.168.0.0/16 ::1\n  block\n }',
  log: 'log {\n  sample 1000\n }',
} as const;

const { values } = parseArgs({
  options: {
    plugins: { type: 'string', default: Object.keys(lines).join(',') },
    hosts: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '41' },
    seconds: { type: 'string', default: '1' },
    clients: { type: 'string', default: '4' },
    window: { type: 'string', default: '64' },
  },
});
const [seconds, clients, window, rounds] = [values.seconds, values.clients, values.window, values.rounds].map(Number);
const saturation = { seconds: seconds!, clients: clients!, window: window! };
const plugins = values.plugins.split(',').map((name) => {
  if (!Object.hasOwn(lines, name))
    throw new Error(`no such plugin: ${name}; there are ${Object.keys(lines).join(', ')}`);
  return lines[name as keyof typeof lines];
});

makeBundle();
const stage = new Stage(Number(values.hosts));
const ports = await freePorts(2);
const base = ['bind 127.0.0.1', `serviceentry mesh.test {\n  file ${stage.hosts}\n }`];
const without = await stage.start(ports[0]!, base, true);
const beside = await stage.start(ports[1]!, [...base, ...plugins], true);
for (const server of [without, beside]) for (let i = 0; i < 3; i++) await perCpuSecond(server);

const rates: (readonly [without: number, beside: number])[] = [];
for (let round = 0; round < rounds!; round++) {
  // Neither is always the first.
  const swapped = round % 2 === 1;
  const first = await perCpuSecond(swapped ? beside : without);
  const second = await perCpuSecond(swapped ? without : beside);
  rates.push(swapped ? [second, first] : [first, second]);
}

const thousands = (rate: number): string => `${(rate / 1000).toFixed(0)}k`;
const share = (ratio: number): string => `${((1 - ratio) * 100).toFixed(1)}%`;
const ratios = rates.map(([one, other]) => other / one).sort((a, b) => a - b);
const at = (part: number): number => ratios[Math.round(part * (ratios.length - 1))]!;
console.log(`serviceentry alone: ${thousands(median(rates.map(([one]) => one)))} answers per second of CPU time`);
console.log(`with ${values.plugins}: ${thousands(median(rates.map(([, other]) => other)))}`);
console.log(
  `they cost ${share(median(ratios))} (median of ${ratios.length} rounds; half of them between ${share(at(0.75))} and ${share(at(0.25))})`,
);
process.exit(0);

async function perCpuSecond(server: SideServer): Promise<number> {
  const before = server.cpuSeconds;
  const { answered } = await server.saturate(saturation);
  return answered / (server.cpuSeconds - before);
}
