import { expect } from 'vitest';
import { Prober, type Probed } from './prober.ts';

interface Row extends Probed {
  readonly fault: string;
  readonly brokenMs: number;
  readonly recoveredMs: number;
}

/** A fault: what breaks, what repairs, and how it is seen that the registry is right again. */
export interface Fault {
  readonly name: string;
  readonly port: number;
  /** Name → the answers that are right at any moment of it. */
  readonly served: Readonly<Record<string, string | readonly string[]>>;
  /** Resolves when it has been broken for long enough. */
  break(): Promise<void>;
  /** Resolves when the origin is whole again. */
  repair(): Promise<void>;
  /** Resolves when what was changed meanwhile is answered. */
  recovered(): Promise<void>;
}

/** What was observed of each fault, to be printed when all were done. */
export class FaultTable {
  readonly #rows: Row[] = [];

  /** Asks all the time while the fault comes and goes; fails where one answer is wrong or missing. */
  async run(fault: Fault): Promise<void> {
    const prober = Prober.start(fault.port, fault.served);
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
    }
    this.#rows.push({ fault: fault.name, brokenMs, recoveredMs, ...probed });
    expect(probed.asked).toBeGreaterThan(0);
    expect({ wrong: probed.wrong, unanswered: probed.unanswered }).toEqual({ wrong: [], unanswered: 0 });
  }

  print(): void {
    const header = ['fault', 'broken', 'right again', 'queries', 'wrong', 'unanswered', 'slowest'];
    const rows = this.#rows.map((row) => [
      row.fault,
      `${(row.brokenMs / 1000).toFixed(1)} s`,
      `${(row.recoveredMs / 1000).toFixed(2)} s`,
      String(row.asked),
      String(row.wrong.length),
      String(row.unanswered),
      `${row.slowestMs.toFixed(0)} ms`,
    ]);
    const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
    process.stdout.write(`\n${lines.join('\n')}\n\n`);
  }
}
