import type { SemanticsCase } from './case.ts';

export interface BlockPlace {
  readonly port: number;
  /** What `DIRECTORY` stands for in the options. */
  readonly directory: string;
  /** The manifest of the case. */
  readonly file: string;
  /** Port of its upstream on 127.0.0.1; `undefined` without one. */
  readonly upstreamPort: number | undefined;
}

/** The server block that a case runs in. */
export function serverBlock(semanticsCase: SemanticsCase, { port, directory, file, upstreamPort }: BlockPlace): string {
  const { zones = [], ownZones = [], options = '', block = '' } = semanticsCase;
  return [
    `${['.', ...zones].map((zone) => `${zone}:${port}`).join(' ')} {`,
    'bind 127.0.0.1',
    'multisocket 1',
    block,
    `serviceentry ${ownZones.join(' ')} {`,
    `file ${file}`,
    options.replaceAll('DIRECTORY', directory),
    '}',
    upstreamPort === undefined ? '' : `forward . 127.0.0.1:${upstreamPort}`,
    '}',
    '',
  ].join('\n');
}
