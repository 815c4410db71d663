import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { completion } from '../../../src/cli/completion/completion.ts';
import { commands } from '../../../src/cli/commands.ts';
import { missingPrograms } from '../../support/machine.ts';
import { directoryWith } from '../server-process.ts';
import { Terminal } from './terminal.ts';

/** How each is started without the settings of this machine, with the script and a prompt that shows when it reads. */
const starts = {
  bash: `bash --norc --noprofile -i`,
  zsh: `zsh -f -i`,
  fish: `fish --no-config -i -C 'source completion; function fish_prompt; echo; echo "READY> "; end'`,
} as const;

const preparations = {
  bash: `source ./completion; PS1='READ''Y> '`,
  zsh: `autoload -U compinit; compinit -u -D; unsetopt auto_remove_slash; source ./completion; PS1='READ''Y> '`,
  fish: '',
} as const;

/** What is typed, with the key Tab as `→`, and the words that the program then gets. */
const lines: [typed: string, words: string[]][] = [
  ['expl→a.test', ['explain', 'a.test']],
  ['explain a.test -out→js→', ['explain', 'a.test', '-output', 'json']],
  ['records -output zone -dir→zon→', ['records', '-output', 'zone', '-directory', 'zones/']],
  ['-conf sub/Co→', ['-conf', 'sub/Corefile']],
  ['-che→-conf sub/Co→', ['-check', '-conf', 'sub/Corefile']],
  ['-log→te→', ['-log-format', 'text']],
  ['completion fi→', ['completion', 'fish']],
  // A word with neither meaning, and flags of another command, are left as they are.
  ['explain xy→', ['explain', 'xy']],
  ['explain -pidf→', ['explain', '-pidf']],
];

const program = `#!/bin/sh
printf '<%s>' WORDS "$@" END
echo
`;

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  const missing = missingPrograms(`completion in ${shell}`, shell, 'script');

  test.skipIf(missing !== '')('completes commands, flags, their values, files and folders', async () => {
    const directory = directoryWith({ completion: completion(shell, commands), 'serviceentry-dns': program });
    chmodSync(join(directory, 'serviceentry-dns'), 0o755);
    for (const name of ['zones', 'sub', 'home']) mkdirSync(join(directory, name));
    writeFileSync(join(directory, 'sub/Corefile'), '');
    const home = join(directory, 'home');
    const terminal = new Terminal(starts[shell], directory, {
      HOME: home,
      XDG_DATA_HOME: home,
      XDG_CONFIG_HOME: home,
      PATH: `${directory}${delimiter}${process.env.PATH!}`,
    });
    if (preparations[shell] !== '') terminal.type(`${preparations[shell]}\n`);
    const got: typeof lines = [];
    for (const [typed] of lines) {
      await terminal.until(/READY> /);
      terminal.type(`serviceentry-dns ${typed.replaceAll('→', '\t')}\n`);
      const [, words] = await terminal.until(/<WORDS>(.*)<END>/);
      got.push([typed, Array.from(words!.matchAll(/<(.*?)>/g), ([, word]) => word!)]);
    }
    expect(got).toEqual(lines);
  });
});
