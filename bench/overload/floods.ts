import { niced } from '../niced.ts';
import type { Children } from '../peers/children.ts';
import { loadCpu } from '../peers/running-server.ts';

export interface FloodPlan {
  readonly port: number;
  /** Of lines `NAME TYPE`. */
  readonly file: string;
  readonly seconds: number;
  readonly niceness: string | undefined;
  /** Queries a second, or connections at a time. */
  readonly amount: number;
}

/** What came of a flood. */
export interface Goodput {
  readonly askedPerSecond: number;
  /** Answers within a second: NOERROR and NXDOMAIN. */
  readonly perSecond: number;
  /** Answers that came later. */
  readonly late: number;
  /** What else came, as a text. */
  readonly others: string;
}

type Programs = Readonly<Record<'flood' | 'connections', string>>;

/** Asks over UDP at a rate, whatever comes back. */
export async function flood(children: Children, programs: Programs, plan: FloodPlan): Promise<Goodput> {
  const said = (await run(children, programs.flood, plan)) as { asked: number; late: number; rcodes: number[] };
  const { asked, late, rcodes } = said;
  return {
    askedPerSecond: asked / plan.seconds,
    perSecond: (rcodes[0]! + rcodes[3]!) / plan.seconds,
    late,
    others: `SERVFAIL ${rcodes[2]!}, REFUSED ${rcodes[5]!}`,
  };
}

/** Asks over TCP with so many connections at a time, each for one query. */
export async function floodConnections(children: Children, programs: Programs, plan: FloodPlan): Promise<Goodput> {
  const said = (await run(children, programs.connections, plan)) as Readonly<
    Record<'begun' | 'inTime' | 'late' | 'failed', number>
  >;
  const { begun, inTime, late, failed } = said;
  return {
    askedPerSecond: begun / plan.seconds,
    perSecond: inTime / plan.seconds,
    late,
    others: `${failed} of ${begun} connections failed`,
  };
}

async function run(children: Children, program: string, plan: FloodPlan): Promise<unknown> {
  const { port, file, seconds, amount, niceness } = plan;
  const numbers = [seconds, Math.round(amount)].map(String);
  const command = ['taskset', '-c', String(loadCpu), program, String(port), file, ...numbers];
  return JSON.parse(await children.output(niced(niceness, command), (seconds + 30) * 1000));
}
