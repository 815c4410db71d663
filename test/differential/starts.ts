import { block, type StartCase } from './case.ts';

/** Corefiles of one block with these lines and whoami, which CoreDNS takes or refuses. */
export function starts(coreDns: StartCase['coreDns'], ...lines: string[]): StartCase[] {
  return lines.map((line) => ({ name: line.replaceAll('\n', ' '), corefile: block(`${line}\nwhoami`), coreDns }));
}
