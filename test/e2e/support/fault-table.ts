import { expect } from 'vitest';
import { Prober, type Probed } from './prober.ts';
import type { Served } from './served.ts';

interface Row extends Probed {
  readonly fault: string;
  readonly brokenMs: number;
  readonly recoveredMs: number;
  readonly readiness: Readiness;
}

/** What `/ready` said. */
interface Readiness {
  readonly asked: number;
  readonly not200: number;
}

/** A fault: what breaks, what repairs, and how it is seen that the registry is right again. */
export interface Fault {
  readonly name: string;
  readonly server: Served;
  /** Name → the answers that are right at any moment of it. */
  readonly answers: Readonly<Record<string, string | readonly string[]>>;
  /** Resolves when it has been broken for long enough. */
  break(): Promise<void>;
  /** Resolves when the origin is whole again. */
  repair(): Promise<void>;
  /** Resolves when what was changed meanwhile is answered. */
  recovered(): Promise<void>;
}

const readinessIntervalMs = 100;

/** Asks whether the server is ready, all the time; the result ends it. */
function watchReadiness(server: Served): () => Promise<Readiness> {
  let asked = 0;
  let not200 = 0;
  const calls = new Set<Promise<void>>();
  const ask = async (): Promise<void> => {
    asked++;
    if (!(await server.isReady())) not200++;
  };
  const timer = setInterval(() => {
    const call = ask().finally(() => calls.delete(call));
    calls.add(call);
  }, readinessIntervalMs);
  return async () => {
    clearInterval(timer);
    await Promise.all(calls);
    return { asked, not200 };
  };
}

/** What was observed of each fault, to be printed when all were done. */
export class FaultTable {
  readonly #rows: Row[] = [];

  /** Asks all the time while the fault comes and goes; fails where one answer is wrong or missing. */
  async run(fault: Fault): Promise<void> {
    const prober = Prober.start(fault.server.port, fault.answers);
    const stopWatching = watchReadiness(fault.server);
    let readiness: Readiness;
    let brokenMs = 0;
    let recoveredMs = 0;
    let probed: Probed;
    try {
      const begin = performance.now();
      await fault.break();
      await fault.repair();
      const repaired = performance.now();
      brokenMs = repaired - begin;
      await fault.recovered();
      recoveredMs = performance.now() - repaired;
    } finally {
      probed = await prober.stop();
      readiness = await stopWatching();
    }
    this.#rows.push({ fault: fault.name, brokenMs, recoveredMs, readiness, ...probed });
    expect(probed.asked).toBeGreaterThan(0);
    const failures = { wrong: probed.wrong, unanswered: probed.unanswered, unready: readiness.not200 };
    expect(failures).toEqual({ wrong: [], unanswered: 0, unready: 0 });
  }

  print(): void {
    const header = ['fault', 'broken', 'right again', 'queries', 'wrong', 'unanswered', 'slowest', 'unready'];
    const rows = this.#rows.map((row) => [
      row.fault,
      `${(row.brokenMs / 1000).toFixed(1)} s`,
      `${(row.recoveredMs / 1000).toFixed(2)} s`,
      String(row.asked),
      String(row.wrong.length),
      String(row.unanswered),
      `${row.slowestMs.toFixed(0)} ms`,
      `${row.readiness.not200} of ${row.readiness.asked}`,
    ]);
    const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
    process.stdout.write(`\n${lines.join('\n')}\n\n`);
  }
}
